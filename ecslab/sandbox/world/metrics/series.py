"""What is held of one metric, in one unit and resolution: packed blocks, recent periods, and runs.

A run is a time in which every period held the same. Other periods are held as they are while they are recent,
and then packed: numbers of one kind beside each other, compressed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from ecslab.sandbox.world.metrics.metric import Statistics, combined
from ecslab.sandbox.world.metrics.packing import Block, pack, unpack

__all__ = ["Run", "Series"]

BLOCK: Final = 120  # periods that are packed together
RECENT: Final = 40  # periods that are not packed: most alarms look at so many at most


@dataclass(slots=True)
class Run:
    """The same `statistics` in each period from `first` until before `end`, which are periods' numbers."""

    first: int
    end: int
    statistics: Statistics


@dataclass(slots=True)
class Series:
    """Periods of `period` seconds, by their numbers: epoch seconds divided by `period`.

    `newest` is the number after the last one that holds anything; `recent_from`, the last that is in no run.
    """

    period: int
    unit: str
    newest: int = 0
    recent_from: int = -1
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    recent: dict[int, Statistics] = field(default_factory=dict)
    overlapping: bool = False

    def record(self, number: int, statistics: Statistics) -> None:
        """Add to what a period holds."""
        self.recent_from = max(self.recent_from, number)
        block = self._block_of(number)
        if block is not None:
            periods = unpack(self.blocks[block], self.unit)
            periods[number] = _added(periods.get(number), statistics)
            self.blocks[block] = pack(periods)
            return
        self.recent[number] = _added(self.recent.get(number), statistics)
        self.newest = max(self.newest, number + 1)
        if len(self.recent) >= BLOCK + RECENT:
            self._pack()

    def record_run(self, first: int, end: int, statistics: Statistics) -> None:
        """Add the same to each period from `first` until before `end`."""
        if end <= first:
            return
        self.newest = max(self.newest, end)
        last = self.runs[-1] if self.runs else None
        if last and last.end == first and last.statistics == statistics:
            last.end = end
            return
        self.overlapping |= bool(last and last.end > first)
        self.runs.append(Run(first, end, statistics))
        if self.overlapping:
            self.runs.sort(key=attrgetter("first"))

    def periods(self, first: int, end: int) -> Iterator[tuple[int, Statistics]]:
        """What is held from `first` until before `end`, in no order: a period may come several times."""
        for block in self.blocks:
            if block.first < end and block.last >= first:
                for number, statistics in unpack(block, self.unit).items():
                    if first <= number < end:
                        yield number, statistics
        if end - first < len(self.recent):
            yield from (
                (number, self.recent[number]) for number in range(first, end) if number in self.recent
            )
        else:
            yield from ((number, held) for number, held in self.recent.items() if first <= number < end)

    def runs_in(self, first: int, end: int) -> Iterator[Run]:
        """The parts of runs from `first` until before `end`."""
        at = bisect_right(self.runs, end - 1, key=attrgetter("first"))
        for run in reversed(self.runs[:at] if self.overlapping else _tail(self.runs, at, first)):
            if run.end > first:
                yield Run(max(run.first, first), min(run.end, end), run.statistics)

    def take_before(self, number: int) -> Iterator[tuple[int, Statistics]]:
        """Take out what is held of whole blocks before a period, to be held elsewhere or forgotten."""
        old = [block for block in self.blocks if block.last < number]
        if old:
            self.blocks = [block for block in self.blocks if block.last >= number]
        for block in old:
            yield from unpack(block, self.unit).items()

    def forget_runs(self, number: int) -> None:
        """Drop the runs that ended before a period."""
        if self.runs and self.runs[0].end <= number:
            self.runs = [run for run in self.runs if run.end > number]

    def constant(self, first: int, end: int) -> tuple[bool, Statistics | None]:
        """Whether every period from `first` until before `end` is known to hold the same, and what."""
        if self.newest <= first:
            return True, None
        if self.recent_from >= first or self.overlapping:
            return False, None
        last = self.runs[-1] if self.runs else None
        if last is None or last.end < end or last.first > first:
            return False, None
        return True, last.statistics

    def _block_of(self, number: int) -> int | None:
        if self.blocks and number <= self.blocks[-1].last:
            for index, block in enumerate(self.blocks):
                if block.first <= number <= block.last:
                    return index
        return None

    def _pack(self) -> None:
        oldest = sorted(self.recent)[:BLOCK]
        block = pack({number: self.recent.pop(number) for number in oldest})
        self.blocks.append(block)
        if len(self.blocks) > 1 and self.blocks[-2].last > block.first:
            self.blocks.sort(key=attrgetter("first"))


def _tail(runs: list[Run], at: int, first: int) -> list[Run]:
    """The last runs of the first `at`, as far as they go beyond `first`: none of them overlap."""
    begin = at
    while begin and runs[begin - 1].end > first:
        begin -= 1
    return runs[begin:at]


def _added(held: Statistics | None, more: Statistics) -> Statistics:
    return more if held is None else combined((held, more)) or more


def numbers(starts: Iterable[float], period: int) -> list[int]:
    """The numbers of the periods that hold these epoch seconds."""
    return [int(start // period) for start in starts]
