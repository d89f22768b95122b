"""Log streams whose events are held compactly, and how they are read."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from zlib import crc32

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogGroup, LogStream

from ecslab.sandbox.bridge.late_reads import seen_until
from ecslab.sandbox.bridge.log_lines import LogLine, LogLines

DAY: Final = 86_400_000
"""Milliseconds of a day, in which retention is counted."""
MOST: Final = 10_000
"""Events that one call answers with."""
TIME_BITS: Final = 144
"""An event's id begins with its time, as on AWS; what follows there is not known."""


class Stream(LogStream):  # type: ignore[misc]  # moto ships no types
    """moto's, small enough for years of tasks: each leaves one."""

    __slots__ = (
        "created",
        "last_ingestion",
        "lines",
        "log_group",
        "log_stream_name",
        "upload_sequence_token",
    )

    def __init__(self, log_group: LogGroup, name: str):
        self.log_group, self.log_stream_name, self.created = log_group, name, _now()
        self.lines = LogLines()
        self.last_ingestion = self.upload_sequence_token = 0

    @property
    def arn(self) -> str:
        return f"{self.log_group.arn}:log-stream:{self.log_stream_name}"

    @property
    def stored_bytes(self) -> int:
        return self.lines.stored

    @property
    def events(self) -> list[LogLine]:
        """Those that can be read."""
        return list(self.readable(None, None))

    def put_log_events(self, log_events: list[dict[str, object]]) -> str:
        """Take events that came now."""
        self.last_ingestion = _now()
        for event in log_events:
            self.lines.append(int(str(event["timestamp"])), str(event["message"]), self.last_ingestion)
        self.upload_sequence_token += 1
        return f"{self.upload_sequence_token:056d}"

    def write_again(self, moments: list[float]) -> None:
        """Take the newest line again, as it reads at each of these moments (epoch seconds)."""
        self.lines.repeat(moments)
        self.last_ingestion = self.lines.last
        self.upload_sequence_token += len(moments)

    def to_describe_dict(self) -> dict[str, object]:
        about: dict[str, object] = {
            "arn": self.arn, "creationTime": self.created, "logStreamName": self.log_stream_name,
            "storedBytes": self.stored_bytes,
        }  # fmt: skip
        first = self.lines.first(retained_from(self.log_group))
        if first is None:
            return about
        return about | {
            "firstEventTimestamp": first, "lastEventTimestamp": self.lines.last,
            "lastIngestionTime": self.last_ingestion, "uploadSequenceToken": str(self.upload_sequence_token),
        }  # fmt: skip

    def get_log_events(
        self, start_time: int | None, end_time: int | None, limit: int | None, next_token: str | None,
        start_from_head: bool,
    ) -> tuple[list[dict[str, object]], str, str]:  # fmt: skip
        """One page, and the tokens of those before and after it."""
        events, size = list(self.readable(start_time or None, end_time or None)), limit or MOST
        last = len(events) - 1
        if next_token is None:
            first = 0 if start_from_head else last - size + 1
        elif token := re.fullmatch(r"([fb])/(-?\d{1,56})", next_token, re.ASCII):
            first = int(token[2]) + 1 if token[1] == "f" else int(token[2]) - size
        else:
            raise InvalidParameterException("The specified nextToken is invalid.")
        end = first + size - 1
        if first > last and first >= 0:
            return [], f"b/{last:056d}", f"f/{last:056d}"
        first = max(first, 0)
        if end < 0:
            return [], f"b/{0:056d}", f"f/{0:056d}"
        page = [_response(line) for line in events[first : end + 1]]
        return page, f"b/{first:056d}", f"f/{min(end, last):056d}"

    def readable(self, start: int | None, end: int | None) -> Iterator[LogLine]:
        """By their time, its events that retention leaves and clients see by now."""
        lines, until = self.lines.between(_later(start, retained_from(self.log_group)), end), seen_until(self)
        return lines if until is None else (line for line in lines if line.ingestion_time <= until * 1000)

    def with_stream(self, start: int | None, end: int | None) -> Iterator[tuple[LogLine, "Stream"]]:
        """What `readable` gives, each line with this stream."""
        return ((line, self) for line in self.readable(start, end))

    def filtered(self, line: LogLine) -> dict[str, object]:
        """An event as FilterLogEvents shows it."""
        return {"eventId": self.event_id(line), "logStreamName": self.log_stream_name, **_response(line)}

    def event_id(self, line: LogLine) -> str:
        low = crc32(self.log_stream_name.encode()) << 64 | line.number
        return f"{line.timestamp << TIME_BITS | low:056d}"


def retained_from(group: LogGroup) -> int | None:
    """From when on a group shows its events; None if for ever."""
    days = group.retention_in_days
    return _now() - int(days) * DAY if days else None


def expire(group: LogGroup) -> None:
    """Let go of what retention does not leave."""
    start = retained_from(group)
    streams: Mapping[str, Stream] = group.streams
    for stream in streams.values() if start is not None else ():
        first = stream.lines.first()
        if start is not None and first is not None and first < start:
            stream.lines.drop_before(start)


def _later(start: int | None, retained: int | None) -> int | None:
    return max((moment for moment in (start, retained) if moment is not None), default=None)


def _response(line: LogLine) -> dict[str, object]:
    return {"ingestionTime": line.ingestion_time, "message": line.message, "timestamp": line.timestamp}


def _now() -> int:
    return int(unix_time_millis(utcnow()))
