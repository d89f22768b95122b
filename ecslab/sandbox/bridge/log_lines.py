"""The events of a log stream, held compactly: AWS keeps them for ever where no retention is set.

What a load balancer asks every thirty seconds leaves equal lines at equal distance, but for the time in them.
Such lines are one run: the text with a mark where the time stood, the first moment, the distance, the count.
"""

import functools
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

_RUN: Final = struct.Struct("<qqqII")  # first moment, distance of the next, delay of arrival, count, text
_FORMATS: Final = {"\0a": "%d/%b/%Y:%H:%M:%S", "\0b": "%a %b %d %H:%M:%S.000000 %Y"}
"""By its mark, how the time stands in access lines, and in Apache's notices."""
_AS_IT_IS: Final = "\0r"
_LOOKED_AT: Final = 16  # texts of a stream among which an equal one is looked for


class LogLine(NamedTuple):
    """One event; times in epoch milliseconds, `number` counts the stream's events from its beginning."""

    timestamp: int
    message: str
    ingestion_time: int
    number: int


class LogLines:
    """The events of one stream.

    Attributes:
        size: characters of the texts that are held.
        stored: bytes of all messages, as AWS counts them.
        last: moment of the newest event.
    """

    __slots__ = ("_dropped", "_in_order", "_runs", "_texts", "last", "size", "stored")

    def __init__(self) -> None:
        self._runs, self._texts = bytearray(), list[str]()
        self._dropped, self._in_order = 0, True
        self.size = self.stored = self.last = 0

    def __iter__(self) -> Iterator[LogLine]:
        """All of them, in the order in which they came."""
        return self._between(None, None)

    @property
    def runs(self) -> int:
        """How many runs hold them: what they cost."""
        return len(self._runs) // _RUN.size

    def append(self, timestamp: int, message: str, ingestion_time: int) -> None:
        """Add an event."""
        text, delay, end = _marked(message, timestamp // 1000), ingestion_time - timestamp, len(self._runs)
        self.stored += len(message)
        self._in_order, self.last = self._in_order and timestamp >= self.last, max(timestamp, self.last)
        if end:
            first, step, late, count, place = _RUN.unpack_from(self._runs, end - _RUN.size)
            if count == 1 and timestamp >= first:
                step = timestamp - first
            if (delay, text) == (late, self._texts[place]) and timestamp == first + step * count:
                _RUN.pack_into(self._runs, end - _RUN.size, first, step, late, count + 1, place)
                return
        self._runs += _RUN.pack(timestamp, 0, delay, 1, self._place(text))

    def repeat(self, moments: Sequence[float]) -> None:
        """Add the newest line again, as it reads and arrives at each of these moments (epoch seconds)."""
        end = len(self._runs) - _RUN.size
        first, step, delay, count, place = _RUN.unpack_from(self._runs, end)
        text, done = self._texts[place], 0
        if count > 1 and not delay:
            due = first + step * count
            for moment in moments:
                if int(moment * 1000) != due or int(moment) != due // 1000:
                    break
                due, done = due + step, done + 1
            if done:
                _RUN.pack_into(self._runs, end, first, step, delay, count + done, place)
                self.last, self.stored = due - step, self.stored + done * len(_read(text, 0))
        for moment in moments[done:]:
            timestamp = int(moment * 1000)
            self.append(timestamp, _read(text, int(moment)), timestamp)

    def between(self, start: int | None, end: int | None) -> Iterator[LogLine]:
        """By their time, those not before `start` and not after `end`; either may be left open."""
        lines = self._between(start, end)
        return lines if self._in_order else iter(sorted(lines, key=lambda line: line.timestamp))

    def _between(self, start: int | None, end: int | None) -> Iterator[LogLine]:
        number = self._dropped
        for first, step, delay, count, place in _RUN.iter_unpack(self._runs):
            for position in range(*_span(first, step, count, start, end)):
                moment = first + step * position
                text = _read(self._texts[place], moment // 1000)
                yield LogLine(moment, text, moment + delay, number + position)
            number += count

    def first(self, start: int | None = None) -> int | None:
        """The earliest moment, of those not before `start`."""
        return next((line.timestamp for line in self.between(start, None)), None)

    def drop_before(self, moment: int) -> None:
        """Let go of the events before a moment."""
        self._drop(lambda _, first, step, count: _span(first, step, count, moment, None)[0])

    def drop_older_half(self) -> None:
        """Let go of the older half of the runs."""
        half = (self.runs + 1) // 2
        self._drop(lambda place, _first, _step, count: count if place < half else 0)

    def _drop(self, drops: Callable[[int, int, int, int], int]) -> None:
        """Of each run let go of as many of the first events as `drops` says."""
        runs, texts, self._runs, self._texts = self._runs, self._texts, bytearray(), []
        self.size = self.stored = 0
        for number, (first, step, delay, count, place) in enumerate(_RUN.iter_unpack(runs)):
            gone = drops(number, first, step, count)
            self._dropped += gone
            if gone < count:
                position = self._place(texts[place])
                self._runs += _RUN.pack(first + step * gone, step, delay, count - gone, position)
                self.stored += (count - gone) * len(_read(texts[place], 0))

    def _place(self, text: str) -> int:
        """Where a text lies among those of the stream."""
        known = len(self._texts)
        for place in range(known - 1, max(known - 1 - _LOOKED_AT, -1), -1):
            if self._texts[place] == text:
                return place
        self._texts.append(
            sys.intern(text) if known < _LOOKED_AT else text
        )  # a service's streams share theirs
        self.size += len(text)
        return known


def _span(first: int, step: int, count: int, start: int | None, end: int | None) -> tuple[int, int]:
    """Which events of a run, from and below, are not before `start` and not after `end`."""
    low, high = 0, count
    if start is not None and first < start:
        low = min(-((first - start) // step), count) if step else count
    if end is not None:
        high = 0 if first > end else min((end - first) // step + 1, count) if step else count
    return low, high


@functools.lru_cache(maxsize=64)
def _stamps(second: int) -> tuple[tuple[str, str], ...]:
    moment = time.gmtime(second)
    return tuple((mark, time.strftime(form, moment)) for mark, form in _FORMATS.items())


def _marked(message: str, second: int) -> str:
    """A message with marks where that second stands in it."""
    if "\0" in message:
        return _AS_IT_IS + message
    for mark, stamp in _stamps(second):
        message = message.replace(stamp, mark)
    return message


def _read(text: str, second: int) -> str:
    """The message that was so marked, as of another second."""
    if "\0" not in text:
        return text
    if text.startswith(_AS_IT_IS):
        return text.removeprefix(_AS_IT_IS)
    for mark, stamp in _stamps(second):
        text = text.replace(mark, stamp)
    return text
