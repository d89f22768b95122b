"""CloudWatch Logs: moto's, and what the `awslogs` driver does with it for a container.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs import urls
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogEvent, LogStream, logs_backends
from moto.logs.models import LogsBackend as MotoLogsBackend

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.iam.roles import role_problem
from ecslab.sandbox.bridge.late_reads import seen_until
from ecslab.sandbox.bridge.log_events import BadPattern, Collector, first_line
from ecslab.sandbox.runtime.limits import LOG_BYTES, LOG_LINES
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.windows import Window

MOST_BYTES: Final = 262_144 - 26
"""The longest message of one event, in bytes of UTF-8; the driver cuts longer lines."""

STREAM_LINES: Final = 100_000
"""Lines of one stream that are kept; when there are more, its older half goes."""

_REFUSED: Final = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    "failed to create Cloudwatch log {thing}: operation error CloudWatch Logs: {operation}, https response "
    "error StatusCode: 400, RequestID: {request}, {why} : exit status 1"
)
_FILTER: Final = ("start_time", "end_time", "limit", "next_token", "filter_pattern", "interleaved")
_MOVED: Final = "~"
_NO_GROUP: Final = "ResourceNotFoundException: The specified log group does not exist."


class LogsBackend(MotoLogsBackend):  # type: ignore[misc]  # moto ships no types
    """moto's CloudWatch Logs, whose events are numbered anew after a reset."""

    @property
    def _url_module(self) -> object:
        return urls

    def reset(self) -> None:
        super().reset()
        LogEvent._event_id = 0

    def delete_log_group(self, log_group_name: str) -> None:
        """moto keeps the tags, and gives them to the next group of that name."""
        group = self.groups.get(log_group_name)
        super().delete_log_group(log_group_name)
        self.tagger.delete_all_tags_for_resource(group.arn)

    def get_log_events(
        self, log_group_name: str, log_group_id: str, log_stream_name: str, **rest: Any
    ) -> object:
        """moto says of a missing stream that its group is missing."""
        group = self._find_log_group(log_group_id, log_group_name=log_group_name)
        if log_stream_name not in group.streams:
            raise ResourceNotFoundException("The specified log stream does not exist.")
        token, window, shift = _placed(rest)
        with _as_seen([group.streams[log_stream_name]]):
            events, backward, forward = super().get_log_events(
                log_group_name, log_group_id, log_stream_name, **rest | window | {"next_token": token}
            )
        return events, _continuing(backward, shift), _continuing(forward, shift)

    def filter_log_events(self, log_group_name: str, log_stream_names: list[str], *rest: object) -> object:
        asked = dict(zip(_FILTER, rest, strict=True))
        token, window, shift = _placed(asked)
        group = self.groups.get(log_group_name)
        with _as_seen(group.streams.values() if group else ()):
            events, following, streams = super().filter_log_events(
                log_group_name, log_stream_names, **asked | window | {"next_token": token}
            )
        return events, _continuing(following, shift), streams


@contextmanager
def _as_seen(streams: Iterable[LogStream]) -> Iterator[None]:
    """Within this the streams hold what clients see by now."""
    held = [(stream, stream.events, seen_until(stream)) for stream in streams]
    for stream, events, until in held:
        if until is not None:
            stream.events = [event for event in events if event.ingestion_time <= until * 1000]
    try:
        yield
    finally:
        for stream, events, _ in held:
            stream.events = events


def _placed(asked: Mapping[str, Any]) -> tuple[str | None, dict[str, int | None], int]:
    """The next token as moto knows it, the window as the world does, and by how many milliseconds it moved.

    The pages of one answer are of one window, so its tokens say how it was moved.
    """
    token, _, moved = (asked["next_token"] or "").partition(_MOVED)
    given = (asked["start_time"], asked["end_time"])
    window = Window(*(None if moment is None else moment / 1000 for moment in given))
    shift = round(current_account().presents().shift(window) * 1000)
    if token:
        shift = int(moved) if re.fullmatch(r"-?\d{1,15}", moved, re.ASCII) else 0
    start, end = (None if moment is None else round(moment * 1000) for moment in window.moved(shift / 1000))
    return token or None, {"start_time": start, "end_time": end}, shift


def _continuing(token: str | None, shift: int) -> str | None:
    return f"{token}{_MOVED}{shift}" if token and shift else token


def open_stream(
    region: str, group: str, stream: str, role_arn: str, task_id: str, create_group: bool = False,
    at_endpoint: Callable[[str, str], str | None] = lambda _action, _arn: None,
) -> str | None:
    """Make a container's log stream with its execution role's rights, as the `awslogs` driver does.

    None, or the `stoppedReason` of the task that cannot start. With `create_group` a missing group is made.
    `at_endpoint` says why a VPC endpoint on the way denies an action on an ARN.
    """
    problem = role_problem(role_arn, region=region)
    if problem:
        return problem
    arn = f"arn:aws:logs:{region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}"
    of_stream = f"{arn}:log-stream:{stream}"
    asked = "logs:CreateLogStream", of_stream
    denied = role_problem(role_arn, *asked, task_id, region) or at_endpoint(*asked)
    if denied:
        return _refused("stream", f"api error AccessDeniedException: {denied}")
    backend = _backend(region)
    if group not in backend.groups:
        if not create_group:
            return _refused("stream", _NO_GROUP)
        asked = "logs:CreateLogGroup", arn
        denied = role_problem(role_arn, *asked, task_id, region) or at_endpoint(*asked)
        if denied:
            return _refused("group", f"api error AccessDeniedException: {denied}")
        backend.create_log_group(group, {})
    backend.ensure_log_stream(group, stream)
    return None


def write(region: str, group: str, stream: str, lines: list[tuple[float, str]]) -> None:
    """Append lines (epoch seconds, text); empty ones and those whose stream is gone are lost, as on AWS."""
    held = _backend(region).groups.get(group)
    events = [
        {"timestamp": int(at * 1000), "message": part}
        for at, text in lines
        for part in _parts(text.rstrip("\r\n"))
    ]
    if events and held is not None and stream in held.streams:
        held.put_log_events(stream, events)
        _keep_within_limits(held.streams[stream], events)


def _keep_within_limits(stream: LogStream, events: list[dict[str, object]]) -> None:
    """Let go of the oldest lines where containers wrote more than the sandbox holds."""
    if len(stream.events) > STREAM_LINES:
        del stream.events[: STREAM_LINES // 2]
    account = current_account()
    account.log_lines += len(events)
    account.log_bytes += sum(len(str(event["message"])) for event in events)
    if account.log_bytes <= LOG_BYTES.account and account.log_lines <= LOG_LINES.account:
        return
    streams = [each for backend in logs_backends[DEFAULT_ACCOUNT_ID].values()
               for group in backend.groups.values() for each in group.streams.values()]  # fmt: skip
    _count(account, streams)
    while account.log_bytes > LOG_BYTES.account // 2 or account.log_lines > LOG_LINES.account // 2:
        longest = max(streams, key=lambda each: (_size(each), each.arn))
        del longest.events[: (len(longest.events) + 1) // 2]
        _count(account, streams)


def _count(account: Account, streams: list[LogStream]) -> None:
    """Count what is there now: groups were deleted, and the API wrote too."""
    account.log_lines = sum(len(stream.events) for stream in streams)
    account.log_bytes = sum(map(_size, streams))


def _size(stream: LogStream) -> int:
    return sum(len(event.message) for event in stream.events)


def _parts(text: str) -> Iterator[str]:
    if len(text) * 4 <= MOST_BYTES:
        yield from [text] if text else []
        return
    data = text.encode()
    while data:
        part = data[:MOST_BYTES].decode(errors="ignore")  # a character cut in two goes to the next part
        yield part
        data = data[len(part.encode()) :]


def _refused(thing: str, why: str) -> str:
    operation = f"CreateLog{thing.title()}"
    return _REFUSED.format(thing=thing, operation=operation, request=rng.uuid4(), why=why)


def _backend(region: str) -> MotoLogsBackend:
    return logs_backends[DEFAULT_ACCOUNT_ID][region]


# the log of a container


def write_log(task: Task, container: Container, line: str) -> None:
    """Bring a line of a container's output to its log stream; without a log driver it is lost."""
    where = log_stream(task, container)
    if where:
        write(*where, [(current_account().clock.timestamp(), line)])


def collector(task: Task, container: Container) -> Collector | None:
    """What makes one event of several lines, if the log's options ask for that."""
    first = first_line(log_options(container))
    where = log_stream(task, container)
    if first is None or where is None:
        return None
    return Collector(first, lambda at, text: write(*where, [(at, text)]))


def pattern_refusal(container: Container) -> str | None:
    """Why the driver does not start with these options, or None."""
    try:
        first_line(log_options(container))
    except BadPattern as bad:  # U: what stands around the driver's own words
        return f"ResourceInitializationError: failed to validate logger args: {bad} : exit status 1"
    return None


def log_options(container: Container) -> Mapping[str, str]:
    """The options of the container's `awslogs` driver; none with another driver."""
    configuration = container.definition.get("logConfiguration")
    if not configuration or configuration["logDriver"] != "awslogs":
        return {}
    return configuration.get("options") or {}


def log_stream(task: Task, container: Container) -> tuple[str, str, str] | None:
    """Region, group and stream of a container's log: `<prefix>/<container>/<task id>`."""
    options = log_options(container)
    if not options:
        return None
    prefix = options.get("awslogs-stream-prefix", "")
    stream = f"{prefix}/{container.name}/{task.id}"
    return options.get("awslogs-region", task.region), options["awslogs-group"], stream
