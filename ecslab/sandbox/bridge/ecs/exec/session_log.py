"""Where what is shown in a session is kept, as the cluster's `executeCommandConfiguration` says.

The agent writes it when the session ends, under the task role; what it may not write is lost, and nobody is
told. The image needs `script` and `cat` for it on AWS; here it does not.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.ecs.exec.sentences import sentence
from ecslab.sandbox.bridge.ecs.exec.target import denied, reaches
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

MOST: Final = 1 << 20
"""Characters of one session that are kept for its log; what follows is lost."""
_WRITES: Final = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


class Transcript:
    """What was shown in a session, line by line, with the moments (epoch seconds)."""

    __slots__ = ("_part", "_size", "lines")

    def __init__(self) -> None:
        self.lines: list[tuple[float, str]] = []
        self._part, self._size = "", 0

    def take(self, at: float, text: str) -> None:
        """Take what appears on the terminal."""
        if self._size + len(text) > MOST:
            return
        self._size += len(text)
        *lines, self._part = (self._part + text).split("\n")
        self.lines.extend((at, line.rstrip("\r")) for line in lines)

    def whole(self, at: float) -> list[tuple[float, str]]:
        """All lines, with the last one, which may have no end."""
        return [*self.lines, (at, self._part)] if self._part else self.lines


def refusal(task: Task, configuration: Mapping[str, Any]) -> str | None:
    """Why the agent starts no session under these settings: it logs only where encryption is on, if told so.

    A missing group, or rights to write, refuse nothing: the session is not logged
    (amazon-ssm-agent, `sessionplugin`).
    """
    where = _override(configuration)
    group, bucket = where.get("cloudWatchLogGroupName"), where.get("s3BucketName")
    if group and where.get("cloudWatchEncryptionEnabled") and not _is_encrypted(task, group):
        return sentence("group_not_encrypted")
    if bucket and where.get("s3EncryptionEnabled"):
        arn = f"arn:aws:s3:::{bucket}"
        why = denied(task, "s3", "s3:GetEncryptionConfiguration", arn)
        if why:
            return sentence("bucket_not_seen", why=f"AccessDenied: {why}")
        if bucket not in backend("s3").buckets:
            return sentence("bucket_not_seen", why="NoSuchBucket: The specified bucket does not exist")
    return None


def deliver(
    session_id: str, task: Task, container: Container, configuration: Mapping[str, Any], shown: Transcript,
    at: float,
) -> None:  # fmt: skip
    """Write a session's log, at its end (epoch seconds)."""
    lines, how = shown.whole(at), configuration.get("logging", "DEFAULT")
    if how == "DEFAULT":
        own = logs.log_stream(task, container)
        if own is not None:
            _to_group(session_id, task, own[1], lines)
    where = _override(configuration)
    if where.get("cloudWatchLogGroupName"):
        _to_group(session_id, task, where["cloudWatchLogGroupName"], lines)
    if where.get("s3BucketName"):
        _to_bucket(session_id, task, where["s3BucketName"], where.get("s3KeyPrefix", ""), lines)


def _override(configuration: Mapping[str, Any]) -> Mapping[str, Any]:
    is_override = configuration.get("logging") == "OVERRIDE"
    return configuration.get("logConfiguration") or {} if is_override else {}


def _is_encrypted(task: Task, name: str) -> bool:
    """Whether the agent sees that a key of a customer encrypts the group."""
    if denied(task, "logs", "logs:DescribeLogGroups"):
        return False
    group = logs_backends[DEFAULT_ACCOUNT_ID][task.region].groups.get(name)
    return bool(group and group.kms_key_id)


def _to_group(session_id: str, task: Task, group: str, lines: list[tuple[float, str]]) -> None:
    arn = f"arn:aws:logs:{task.region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}:log-stream:{session_id}"
    known = logs_backends[DEFAULT_ACCOUNT_ID][task.region]
    if group not in known.groups or not reaches(task, "logs"):
        return
    if any(denied(task, "logs", action, arn) for action in _WRITES):
        return
    known.ensure_log_stream(group, session_id)
    logs.write(task.region, group, session_id, lines)


def _to_bucket(session_id: str, task: Task, bucket: str, prefix: str, lines: list[tuple[float, str]]) -> None:
    key = f"{prefix.strip('/')}/{session_id}.log".lstrip("/")
    if bucket not in backend("s3").buckets or not reaches(task, "s3"):
        return
    if denied(task, "s3", "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}"):
        return
    backend("s3").put_object(bucket, key, "".join(f"{text}\n" for _, text in lines).encode())
