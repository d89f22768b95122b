"""How many visitors come, as a function of time: requests a second, by straight lines between points.

A profile is data, so that a journal can hold it. Its mean over any span is exact, so that a day in one step
is the same as a day in a thousand.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

DAY: Final = 86_400.0
MOST: Final = 100_000.0
"""Requests a second that a profile may ask for: what an Application Load Balancer serves without warning
anybody (U), and far beyond what a course needs."""
MOST_POINTS: Final = 2_000
LONGEST: Final = 366 * DAY

SHAPE: Final = (
    0.15, 0.10, 0.06, 0.03, 0.0, 0.01, 0.05, 0.17, 0.36, 0.55, 0.67, 0.74,
    0.78, 0.76, 0.72, 0.70, 0.73, 0.80, 0.89, 0.97, 1.0, 0.86, 0.58, 0.31,
)  # fmt: skip
"""The day curve at each full hour, from 0 (the day's least) to 1 (its most): quiet at four in the morning, a
plateau by day, the peak at eight in the evening. U: made to look as a shop's or a newspaper's day does."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Requests a second over time.

    Attributes:
        kind: `constant`, `ramp`, `day`, `spike` or `csv`.
        points: (seconds, requests a second), by time from 0 on; before the first and after the last point
            the rate stays.
        of_day: the curve comes again each day, and seconds count from midnight UTC; else they count from the
            moment at which the visitors start.
        begins: of a day's curve: it is taken to be this second of the day when the visitors start, whatever
            the clock shows. None: the clock counts.
    """

    kind: str
    points: tuple[tuple[float, float], ...]
    of_day: bool = False
    begins: float | None = None

    def zero(self, began: float) -> float:
        """The epoch second at which the profile's seconds begin, if visitors started at `began`."""
        if not self.of_day:
            return began
        return 0.0 if self.begins is None else began - self.begins

    def rate(self, at: float) -> float:
        """Requests a second at this second of the profile."""
        return self._level(at % DAY if self.of_day else at)

    def mean(self, start: float, end: float) -> float:
        """The mean rate from one second of the profile to a later one."""
        if end <= start:
            return self.rate(start)
        if not self.of_day:
            return self._sum(start, end) / (end - start)
        midnights = range(math.floor(start / DAY) + 1, math.ceil(end / DAY))
        edges = [start, *(day * DAY for day in midnights), end]
        total = 0.0
        for left, right in pairwise(edges):
            midnight = math.floor(left / DAY) * DAY
            total += self._sum(left - midnight, right - midnight)
        return total / (end - start)

    def _sum(self, start: float, end: float) -> float:
        """Requests within a span; for a day's curve, of one day."""
        first = bisect_right(self.points, start, key=_second)
        last = bisect_left(self.points, end, key=_second)
        edges = [(start, self._level(start)), *self.points[first:last], (end, self._level(end))]
        return sum((right - left) * (low + high) / 2 for (left, low), (right, high) in pairwise(edges))

    def _level(self, at: float) -> float:
        """The rate within one round of the profile."""
        points = self.points
        after = bisect_right(points, at, key=_second)
        if after == 0:
            return points[0][1]
        if after == len(points):
            return points[-1][1]
        (left, low), (right, high) = points[after - 1], points[after]
        return low + (high - low) * (at - left) / (right - left)

    @property
    def most(self) -> float:
        return max(rate for _, rate in self.points)


def constant(rate: float) -> Profile:
    """Always as many."""
    return Profile("constant", ((0.0, _rate("rate", rate)),))


def ramp(start: float, end: float, seconds: float) -> Profile:
    """From one rate to another within so many seconds; then it stays."""
    span = _seconds("seconds", seconds)
    return Profile("ramp", ((0.0, _rate("start", start)), (span, _rate("end", end))))


def day(low: float, high: float, hour: float | None = None) -> Profile:
    """A day's curve, each day the same: least at 04:00, most at 20:00.

    Args:
        hour: which hour of it (0 to 24) it is when the visitors start; None: by AWS time, in UTC.
    """
    low, high = _rate("low", low), _rate("high", high)
    if high < low:
        raise ValueError(f"high must be at least low; got low={low:g} and high={high:g}")
    hours = [(hour * 3600.0, low + (high - low) * share) for hour, share in enumerate(SHAPE)]
    begins = None if hour is None else 3600 * _number("hour", hour, 0.0, 24.0, "o'clock")
    return Profile("day", (*hours, (DAY, hours[0][1])), of_day=True, begins=begins)


def spike(rate: float, peak: float, after: float = 600.0, seconds: float = 300.0) -> Profile:
    """So many a second, but `peak` for some `seconds`, beginning `after` so many; a tenth of it to rise, and
    to fall."""
    rate, peak = _rate("rate", rate), _rate("peak", peak)
    after, seconds = _seconds("after", after, least=0.0), _seconds("seconds", seconds)
    slope = seconds / 10
    rise = ((after, rate), (after + slope, peak)) if after else ((0.0, rate), (slope, peak))
    fall = ((after + seconds - slope, peak), (after + seconds, rate))
    return Profile("spike", ((0.0, rate), *rise, *fall) if after else (*rise, *fall))


def table(times: Sequence[float], rates: Sequence[float], of_day: bool = False) -> Profile:
    """Rates at given seconds, as a CSV has them (`csv_table`)."""
    for name, column in (("times", times), ("rates", rates)):
        if not isinstance(column, list | tuple) or not column:
            raise ValueError(f"{name} must be a list of numbers, got {column!r}")
    if len(times) != len(rates):
        raise ValueError(f"the CSV has {len(times):,} times and {len(rates):,} rates")
    if len(times) > MOST_POINTS:
        raise ValueError(f"the CSV has {len(times):,} rows; {MOST_POINTS:,} are the most")
    made: list[tuple[float, float]] = []
    for number, (time, rate) in enumerate(zip(times, rates, strict=True), 1):
        at = _number(f"the time in row {number}", time, 0.0, DAY if of_day else LONGEST)
        if made and at <= made[-1][0]:
            raise ValueError(f"row {number} of the CSV is not later than the row before it")
        made.append((at, _rate(f"the rate in row {number}", rate)))
    return Profile("csv", tuple(made), of_day)


def profile_of(kind: object, values: Mapping[str, object]) -> Profile:
    """A profile from its kind and its named numbers, as a control call brings them.

    Raises:
        ValueError: no such kind, or numbers that it does not take; in a sentence.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no profile {kind!r}; there are: {', '.join(KINDS)}")
    make, names = KINDS[str(kind)]
    unknown = sorted(values.keys() - names.keys())
    missing = [name for name, needed in names.items() if needed and name not in values]
    if unknown or missing:
        takes = ", ".join(name if needed else f"[{name}]" for name, needed in names.items())
        problem = f"knows no {', '.join(unknown)}" if unknown else f"needs {', '.join(missing)}"
        raise ValueError(f"the profile {kind!r} {problem}; it takes {takes}")
    return make(**values)


KINDS: Final[Mapping[str, tuple[Callable[..., Profile], Mapping[str, bool]]]] = {
    "constant": (constant, {"rate": True}),
    "ramp": (ramp, {"start": True, "end": True, "seconds": True}),
    "day": (day, {"low": True, "high": True, "hour": False}),
    "spike": (spike, {"rate": True, "peak": True, "after": False, "seconds": False}),
    "csv": (table, {"times": True, "rates": True, "of_day": False}),
}
"""What makes each kind, and the numbers that it takes: whether each is needed."""


def _second(point: tuple[float, float]) -> float:
    return point[0]


def _rate(name: str, value: object) -> float:
    return _number(name, value, 0.0, MOST, "requests a second")


def _seconds(name: str, value: object, least: float = 1.0) -> float:
    return _number(name, value, least, LONGEST, "seconds")


def _number(name: str, value: object, least: float, most: float, unit: str = "seconds") -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    if not good:
        raise ValueError(f"{name} must be from {least:g} to {most:,.0f} {unit}, got {value!r}")
    return float(value)  # type: ignore[arg-type]
