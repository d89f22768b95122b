"""CloudWatch Logs: moto's, and what the `awslogs` driver does with it for a container.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

import heapq
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs.exceptions import (
    InvalidParameterException,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
)
from moto.logs.models import LogsBackend as MotoLogsBackend
from moto.logs.models import logs_backends
from moto.logs.utils import EventMessageFilter

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.iam.roles import TASKS, role_problem
from ecslab.sandbox.bridge.log_events import BadPattern, Collector, first_line
from ecslab.sandbox.bridge.log_streams import MOST, TIME_BITS, Stream, expire
from ecslab.sandbox.runtime.limits import LOG_BYTES, LOG_LINES
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.windows import Window

MOST_BYTES: Final = 262_144 - 26
"""The longest message of one event, in bytes of UTF-8; the driver cuts longer lines."""

STREAM_LINES: Final = 100_000
"""Lines of one stream that are kept; when there are more, its older half goes. Equal lines at equal distance
are one."""

_REFUSED: Final = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    "failed to create Cloudwatch log {thing}: operation error CloudWatch Logs: {operation}, https response "
    "error StatusCode: 400, RequestID: {request}, {why} : exit status 1"
)
_FILTER: Final = ("start_time", "end_time", "limit", "next_token", "filter_pattern", "interleaved")
_MOVED: Final = "~"
_NO_GROUP: Final = "ResourceNotFoundException: The specified log group does not exist."


class LogsBackend(MotoLogsBackend):  # type: ignore[misc]  # moto ships no types
    """moto's CloudWatch Logs, whose streams hold their events compactly."""

    @property
    def _url_module(self) -> object:
        from ecslab.sandbox.bridge import log_responses

        return log_responses

    def create_log_stream(self, log_group_name: str, log_stream_name: str) -> None:
        group = self._find_log_group(None, log_group_name=log_group_name)
        if log_stream_name in group.streams:
            raise ResourceAlreadyExistsException()
        expire(group)
        group.streams[log_stream_name] = Stream(group, log_stream_name)

    def put_retention_policy(self, log_group_name: str, retention_in_days: str) -> None:
        expire(self._find_log_group(None, log_group_name=log_group_name))
        super().put_retention_policy(log_group_name, retention_in_days)

    def delete_retention_policy(self, log_group_name: str) -> None:
        expire(self._find_log_group(None, log_group_name=log_group_name))
        super().delete_retention_policy(log_group_name)

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
        events, backward, forward = super().get_log_events(
            log_group_name, log_group_id, log_stream_name, **rest | window | {"next_token": token}
        )
        return events, _continuing(backward, shift), _continuing(forward, shift)

    def filter_log_events(self, log_group_name: str, log_stream_names: list[str], *rest: object) -> object:
        """As on AWS, the events of all streams come by their time, whatever `interleaved` says."""
        asked = dict(zip(_FILTER, rest, strict=True))
        token, window, shift = _placed(asked)
        group, most = self._find_log_group(None, log_group_name=log_group_name), asked["limit"] or MOST
        if int(str(most)) > MOST:
            raise InvalidParameterException(
                constraint="Member must have value less than or equal to 10000", parameter="limit", value=most
            )
        streams = [
            stream for name, stream in group.streams.items()
            if not log_stream_names or name in log_stream_names
        ]  # fmt: skip
        page = _page(streams, window, asked["filter_pattern"], token, int(str(most)) + 1)
        following = None
        if len(page) > int(str(most)):
            page.pop()
            following = str(page[-1]["eventId"])
        searched = [
            {"logStreamName": stream.log_stream_name, "searchedCompletely": True} for stream in streams
        ]
        return page, _continuing(following, shift), searched


def _page(
    streams: list[Stream], window: Mapping[str, int | None], pattern: object, after: str | None, most: int
) -> list[dict[str, object]]:
    """The first events that are found, by their time, after the one with this id."""
    start, end, wanted = window["start_time"] or None, window["end_time"] or None, EventMessageFilter(pattern)
    if after is not None:
        if not re.fullmatch(r"\d{56}", after, re.ASCII):
            return []  # as AWS answers a token that it never gave
        start = int(after) >> TIME_BITS
    by_stream = [stream.with_stream(start, end) for stream in streams]
    merged = heapq.merge(*by_stream, key=lambda event: event[0].timestamp)
    fitting = (stream.filtered(line) for line, stream in merged if wanted.matches(line.message))
    if after is None:
        return list(itertools.islice(fitting, most))
    following = itertools.dropwhile(lambda event: event["eventId"] != after, fitting)
    return list(itertools.islice(following, 1, most + 1))


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
    at_endpoint: Callable[[str, str], str | None] = lambda _action, _arn: None, service: str = TASKS,
) -> str | None:
    """Make a container's log stream with its execution role's rights, as the `awslogs` driver does.

    None, or the `stoppedReason` of the task that cannot start. With `create_group` a missing group is made.
    `at_endpoint` says why a VPC endpoint on the way denies an action on an ARN; `service` assumes the role.
    """
    problem = role_problem(role_arn, region=region, service=service)
    if problem:
        return problem
    arn = f"arn:aws:logs:{region}:{DEFAULT_ACCOUNT_ID}:log-group:{group}"
    of_stream = f"{arn}:log-stream:{stream}"
    asked = "logs:CreateLogStream", of_stream
    denied = role_problem(role_arn, *asked, task_id, region, service) or at_endpoint(*asked)
    if denied:
        return _refused("stream", f"api error AccessDeniedException: {denied}")
    backend = _backend(region)
    if group not in backend.groups:
        if not create_group:
            return _refused("stream", _NO_GROUP)
        asked = "logs:CreateLogGroup", arn
        denied = role_problem(role_arn, *asked, task_id, region, service) or at_endpoint(*asked)
        if denied:
            return _refused("group", f"api error AccessDeniedException: {denied}")
        backend.create_log_group(group, {})
    backend.ensure_log_stream(group, stream)
    return None


def write(region: str, group: str, stream: str, lines: list[tuple[float, str]]) -> None:
    """Append lines (epoch seconds, text); empty ones and those whose stream is gone are lost, as on AWS."""
    held = _backend(region).groups.get(group)
    written: Stream | None = held and held.streams.get(stream)
    parts = [(int(at * 1000), part) for at, text in lines for part in _parts(text.rstrip("\r\n"))]
    if not parts or written is None:
        return
    runs, size = written.lines.runs, written.lines.size
    written.last_ingestion = int(current_account().timestamp() * 1000)
    for at, part in parts:
        written.lines.append(at, part, written.last_ingestion)
    written.upload_sequence_token += 1
    _keep_within_limits(written, written.lines.runs - runs, written.lines.size - size)


def _keep_within_limits(stream: Stream, runs: int, size: int) -> None:
    """Let go of the oldest lines where containers wrote more than the sandbox holds."""
    if stream.lines.runs > STREAM_LINES:
        stream.lines.drop_older_half()
    account = current_account()
    account.log_lines += runs
    account.log_bytes += size
    if account.log_bytes <= LOG_BYTES.account and account.log_lines <= LOG_LINES.account:
        return
    streams = [each for backend in logs_backends[DEFAULT_ACCOUNT_ID].values()
               for group in backend.groups.values() for each in group.streams.values()]  # fmt: skip
    account.log_lines = sum(each.lines.runs for each in streams)  # groups were deleted, and the API wrote too
    account.log_bytes = sum(each.lines.size for each in streams)
    longest = [(-each.lines.size, each.arn, each) for each in streams]
    heapq.heapify(longest)
    while account.log_bytes > LOG_BYTES.account // 2 or account.log_lines > LOG_LINES.account // 2:
        lines = longest[0][2].lines
        account.log_lines, account.log_bytes = account.log_lines - lines.runs, account.log_bytes - lines.size
        lines.drop_older_half()
        account.log_lines, account.log_bytes = account.log_lines + lines.runs, account.log_bytes + lines.size
        heapq.heapreplace(longest, (-lines.size, *longest[0][1:]))


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


def write_log_again(task: Task, container: Container, moments: list[float]) -> None:
    """Bring the last line again to its log stream, as it reads at each of these moments (epoch seconds)."""
    region, group, name = log_stream(task, container) or ("", "", "")
    held = _backend(region).groups.get(group) if group else None
    stream: Stream | None = held and held.streams.get(name)
    if stream is None:
        return
    runs, size = stream.lines.runs, stream.lines.size
    stream.write_again(moments)
    _keep_within_limits(stream, stream.lines.runs - runs, stream.lines.size - size)


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
