"""What is known of metrics: recorded by periods, read by any longer period, kept as long as AWS keeps it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

from ecslab.sandbox.world.metrics.extended import value_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, combined
from ecslab.sandbox.world.metrics.series import Series

__all__ = ["DAY", "LISTED_FOR", "MetricStore"]

DAY: Final = 86_400
_COARSER: Final = ((1, 3 * 3600, 60), (60, 15 * DAY, 300), (300, 63 * DAY, 3600), (3600, 455 * DAY, 0))
"""Periods of at least so many seconds are held for so long, and then by longer ones; 0 is not at all."""
LISTED_FOR: Final = 14 * DAY
"""How long ListMetrics shows a metric that nobody sends any more."""
_READS: Final = 1_000  # answers that are held at once
Source = Callable[[float], None]
_Read = tuple[Metric, float, float, int, str | None]


class MetricStore:
    """The metrics of a Region.

    Args:
        now: the present, in epoch seconds: reading lets no source go beyond it. None: there is no present.

    Attributes:
        sources: each is called with an epoch second before anything up to it is read: "record what has been
            until then, if you have not". The second may lie ahead of the clock, in a time in which no event
            happens: a source tells then what will have been if all stays as it is. So sources can be lazy.
    """

    LEFT_OUT: ClassVar = frozenset({"_reads"})
    """A snapshot holds no answers that can be had again."""
    _reads: dict[_Read, Sequence[tuple[float, Statistics]]] | None = None
    """What was read since anything was recorded: alarms and their policies read the same several times."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self.sources: list[Source] = []
        self._now = now
        self._held: dict[Metric, dict[tuple[str, int], Series]] = {}
        self._caught_up = self._latest = float("-inf")

    def record(self, metric: Metric, start: float, period: int, statistics: Statistics) -> None:
        """Add to what the period holds that begins at `start`, or in which it lies.

        Args:
            start: epoch seconds.
            period: seconds: 1, 5, 10, 20, 30 or 60.
        """
        self._reads = None
        series = self._series(metric, statistics.unit, period)
        packed = len(series.blocks)
        series.record(int(start // period), statistics)
        self._latest = max(self._latest, start + period)
        if len(series.blocks) > packed:
            self._grow_coarser(metric, series)

    def record_run(
        self, metric: Metric, start: float, end: float, period: int, statistics: Statistics
    ) -> None:
        """Add the same to every period of [start, end): it is held as one, however long it is."""
        self._reads = None
        series = self._series(metric, statistics.unit, period)
        series.record_run(int(start // period), int(end // period), statistics)
        self._latest = max(self._latest, end)
        series.forget_runs(int((end - _COARSER[-1][1]) // period))

    def read(
        self, metric: Metric, start: float, end: float, period: int, statistic: str, unit: str | None = None
    ) -> list[tuple[float, float]]:
        """A statistic of each period of [start, end) that holds anything: (epoch second of its start, value).

        Args:
            period: seconds; a multiple of what the metric is recorded by, or there is nothing to read.
            statistic: as AWS names it: `Average`, `Sum`, `p99`.
            unit: what was recorded in another one is left out; None takes the first one by name that has any.
        """
        periods = self.periods(metric, start, end, period, unit)
        read = ((at, value_of(held, statistic)) for at, held in periods)
        return [(at, value) for at, value in read if value is not None]

    def periods(
        self, metric: Metric, start: float, end: float, period: int, unit: str | None = None
    ) -> Sequence[tuple[float, Statistics]]:
        """What the periods of [start, end) hold, in order; those that hold nothing are left out."""
        self.catch_up(end if self._now is None else min(end, self._now()))
        if self._reads is None or len(self._reads) >= _READS:
            self._reads = {}
        asked = (metric, start, end, period, unit)
        if asked not in self._reads:
            self._reads[asked] = self._periods(*asked)
        return self._reads[asked]

    def _periods(
        self, metric: Metric, start: float, end: float, period: int, unit: str | None
    ) -> Sequence[tuple[float, Statistics]]:
        parts: defaultdict[int, list[Statistics]] = defaultdict(list)
        held = self._held.get(metric, {})
        for each in [unit] if unit else self.units(metric):
            for (of, native), series in held.items():
                if of == each and period % native == 0:
                    self._collect(series, start, end, period, parts)
            if parts:
                break
        taken = ((number, combined(parts[number])) for number in sorted(parts))
        return [(start + number * period, held) for number, held in taken if held is not None]

    def metrics(self, namespace: str | None = None) -> list[Metric]:
        """The metrics that anything was ever recorded of, in the order of their names."""
        named = (metric for metric in self._held if namespace in (None, metric.namespace))
        return sorted(named, key=lambda metric: (metric.namespace, metric.name, metric.dimensions))

    def last_seen(self, metric: Metric) -> float:
        """The epoch second at which the last period that holds anything of it ends."""
        held = self._held.get(metric, {}).values()
        return max((series.newest * series.period for series in held), default=float("-inf"))

    def units(self, metric: Metric) -> list[str]:
        """The units in which it was recorded."""
        return sorted({unit for unit, _ in self._held.get(metric, {})})

    def catch_up(self, until: float) -> None:
        """Let every source record what has been until this epoch second."""
        if until > self._caught_up:
            self._caught_up, self._reads = until, None
            for source in tuple(self.sources):
                source(until)

    def constant(self, metric: Metric, start: float, end: float) -> tuple[bool, Statistics | None]:
        """Whether every period of [start, end) is known to hold the same, and what; None is nothing."""
        contents = [
            series.constant(int(start // series.period), int(end // series.period))
            for series in self._held.get(metric, {}).values()
        ]
        if not all(same for same, _ in contents):
            return False, None
        held = [statistics for _, statistics in contents if statistics is not None]
        return (True, held[0]) if len(held) == 1 else (not held, None)

    def _series(self, metric: Metric, unit: str, period: int) -> Series:
        held = self._held.setdefault(metric, {})
        if (unit, period) not in held:
            held[unit, period] = Series(period, unit)
        return held[unit, period]

    def _collect(
        self, series: Series, start: float, end: float, period: int, parts: Mapping[int, list[Statistics]]
    ) -> None:
        """Put each native period into the longer one, counted from `start`, that it begins in."""
        native = series.period
        now = max(self._latest, self._caught_up)
        oldest = now - next((held for least, held, _ in reversed(_COARSER) if period % least == 0), 0)
        first = -int(-max(start, oldest) // native)
        last = -int(-end // native)
        for number, statistics in series.periods(first, last):
            parts[int((number * native - start) // period)].append(statistics)
        for run in series.runs_in(first, last):
            for bucket, count in _shares(run.first, run.end, native, start, period):
                parts[bucket].append(run.statistics if count == 1 else run.statistics.times(count))

    def _grow_coarser(self, metric: Metric, series: Series) -> None:
        """Hold what is old by longer periods, as AWS does."""
        held_for, coarser = next(
            (held, longer) for least, held, longer in reversed(_COARSER) if series.period >= least
        )
        oldest = int((self._latest - held_for) // series.period)
        by_period: defaultdict[int, list[Statistics]] = defaultdict(list)
        for number, statistics in series.take_before(oldest):
            if coarser:
                by_period[number * series.period // coarser].append(statistics)
        for number, parts in by_period.items():
            whole = combined(parts)
            if whole is not None:
                self.record(metric, number * coarser, coarser, whole)


def _shares(first: int, end: int, native: int, start: float, period: int) -> Iterator[tuple[int, int]]:
    """How many of the periods numbered [first, end) begin in each longer one, counted from `start`."""
    if period == native:
        offset = int((first * native - start) // period) - first
        yield from ((number + offset, 1) for number in range(first, end))
        return
    number = first
    while number < end:
        bucket = int((number * native - start) // period)
        following = -int(-(start + (bucket + 1) * period) // native)
        count = max(min(following, end) - number, 1)
        yield bucket, count
        number += count
