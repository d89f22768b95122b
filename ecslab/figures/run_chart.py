"""The chart of a run: what an application did over AWS time, and what happened to it meanwhile.

Each unit has a panel of its own, all over the same time: visitors, CPU, tasks, errors. Above them lie
deployments, alarms and activities, each in a lane. https://docs.aws.amazon.com/AmazonCloudWatch/latest/
monitoring/cloudwatch_concepts.html says what a period and a datapoint are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite
from typing import Final, Literal

from ecslab.figures.chart import STYLES
from ecslab.figures.svg import Figure
from ecslab.figures.time_axis import TimeAxis, clock
from ecslab.figures.time_panels import draw_chart

Kind = Literal["deployment", "alarm", "activity", "fault"]
KINDS: Final[tuple[Kind, ...]] = ("deployment", "alarm", "activity", "fault")
"""What can be marked, in the order of the lanes."""
_TOLD: Final = 60
"""So many marks are told in words; a day of a nervous policy has hundreds."""


@dataclass(frozen=True)
class Series:
    """One curve.

    Args:
        name: what it is called in the legend, such as "running".
        unit: what it counts, such as "tasks" or "% CPU"; curves of one unit share a panel.
        points: instants (aware datetimes, in order) and values, 0 or more.
        period: seconds that each point stands for; where a period has no point, the curve has a hole. None:
            each value holds until the next point.
    """

    name: str
    unit: str
    points: Sequence[tuple[datetime, float]]
    period: float | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened: at one instant, or from `at` to `until`.

    Args:
        kind: in which lane it lies.
        text: what happened, in AWS's words where there are some.
        up: for an activity or an alarm, whether it asks for more tasks (True) or fewer
            (False); None: neither.
    """

    at: datetime
    kind: Kind
    text: str
    until: datetime | None = None
    up: bool | None = None


@dataclass(frozen=True)
class Limit:
    """A value that a curve is held against, such as a target of 60 %; a line across the unit's panel."""

    name: str
    unit: str
    value: float


def run_chart(
    series: Sequence[Series],
    marks: Sequence[Mark] = (),
    *,
    title: str,
    limits: Sequence[Limit] = (),
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Figure:
    """Draw a run: a panel for each unit over AWS time, and a lane for each kind of mark.

    Args:
        series: the curves; up to four of one unit. One without points is named, with "no datapoints".
        marks: deployments, alarms and activities, in any order; those outside the time are left out.
        title: what the chart shows, as a heading.
        limits: lines across a panel.
        begin, end: the time that is shown; from the first to the last point unless given.

    Returns:
        A picture that shows itself; `str()` of it tells in words what it shows.

    Raises:
        ValueError: nothing to draw, a unit with more than four curves, points that go back in time, an
            instant without a time zone, a negative value, a limit of a unit that no curve has.
    """
    axis = TimeAxis(*_time(series, begin, end))
    _refuse(series, limits)
    seen = sorted((mark for mark in marks if axis.shows(mark.at, mark.until)), key=lambda mark: mark.at)
    lanes = {kind: [mark for mark in seen if mark.kind == kind] for kind in KINDS}
    units = {
        unit: [each for each in series if each.unit == unit] for unit in dict.fromkeys(s.unit for s in series)
    }
    drawing = draw_chart(title, axis, units, {kind: each for kind, each in lanes.items() if each}, limits)
    return drawing.figure(title, "\n".join(_in_words(axis, series, seen, limits)))


def _time(
    series: Sequence[Series], begin: datetime | None, end: datetime | None
) -> tuple[datetime, datetime]:
    instants = [at for each in series for at, _ in each.points]
    for at in (*instants, *(given for given in (begin, end) if given)):
        if at.tzinfo is None:
            raise ValueError(f"{at} has no time zone: a run is drawn over AWS time, in UTC")
    begin, end = begin or min(instants, default=None), end or max(instants, default=None)
    if not series or begin is None or end is None:
        raise ValueError("there is nothing to draw: no curve has a datapoint")
    if end <= begin:
        raise ValueError(f"the run ends at {end}, and begins at {begin}")
    return begin.astimezone(UTC), end.astimezone(UTC)


def _refuse(series: Sequence[Series], limits: Sequence[Limit]) -> None:
    units = [each.unit for each in series]
    for unit in units:
        if units.count(unit) > len(STYLES):
            raise ValueError(f"{units.count(unit)} curves count {unit}; a panel shows {len(STYLES)}")
    for each in series:
        if any(later < earlier for (earlier, _), (later, _) in pairwise(each.points)):
            raise ValueError(f"the curve {each.name!r} goes back in time")
        if not all(isfinite(value) and value >= 0 for _, value in each.points):
            raise ValueError(f"the curve {each.name!r} has a value that is no number of 0 or more")
    for limit in limits:
        if limit.unit not in units:
            raise ValueError(f"the limit {limit.name!r} counts {limit.unit}, and no curve does")


def _in_words(
    axis: TimeAxis, series: Sequence[Series], marks: Sequence[Mark], limits: Sequence[Limit]
) -> Iterator[str]:
    """All that the picture shows: of each curve its first, lowest, highest and last value, and each mark."""
    yield f"AWS time, {axis.words}."
    for each in series:
        yield f"{each.name} ({each.unit}): {_told(axis, each.points)}."
    for limit in limits:
        yield f"{limit.name}: a line at {limit.value:g} {limit.unit}."
    for mark in marks[:_TOLD]:
        until = f" until {clock(mark.until)}" if mark.until else ""
        yield f"{clock(mark.at)}{until}, {mark.kind}: {mark.text}"
    if len(marks) > _TOLD:
        yield f"And {len(marks) - _TOLD} more."


def _told(axis: TimeAxis, points: Sequence[tuple[datetime, float]]) -> str:
    shown = [(at, value) for at, value in points if axis.shows(at)]
    if not shown:
        return "no datapoints"
    lowest, highest = min(shown, key=lambda p: p[1]), max(shown, key=lambda p: p[1])
    if lowest[1] == highest[1]:
        return f"{lowest[1]:.4g} all the time"
    named = {"first": shown[0], "least": lowest, "most": highest, "last": shown[-1]}
    return ", ".join(f"{name} {value:.4g} at {clock(at)}" for name, (at, value) in named.items())
