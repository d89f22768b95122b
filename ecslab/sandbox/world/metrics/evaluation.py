"""When an alarm changes: M out of N of the latest periods, and what is missing of them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
Where its sentences and its tables differ, the tables count (awsdocs/amazon-cloudwatch-user-guide#129).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.metrics.alarm import Alarm, State

__all__ = ["Datapoint", "Verdict", "evaluate", "evaluation_range"]

_FEW: Final = 10  # samples beyond a percentile, on its shorter side
_LEAST_EXTRA: Final = 2  # periods: the documentation's tables have 5 for 3


@dataclass(frozen=True, slots=True)
class Datapoint:
    """A period's value: epoch seconds of its start, and how many samples it is of; None of metric maths."""

    at: float
    value: float
    sample_count: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluation comes to.

    Attributes:
        state: None leaves the alarm as it is.
        points: the periods that it was judged by, oldest first; those that were there.
        filled: how many missing ones were taken for breaching, or for not breaching.
    """

    state: State | None
    points: tuple[Datapoint, ...] = ()
    filled: int = 0


def evaluation_range(evaluation_periods: int) -> int:
    """How many periods are looked at, so that there be enough where some are missing. U beyond 3."""
    return evaluation_periods + max(evaluation_periods // 3, _LEAST_EXTRA)


def evaluate(alarm: Alarm, points: Sequence[Datapoint | None]) -> Verdict:
    """Judge an alarm by its evaluation range.

    Args:
        points: of each period of the range, oldest first; None where there is none.
    """
    present = [point for point in points if point is not None]
    if alarm.low_samples == "ignore" and any(_is_of_few(alarm, point) for point in present):
        return Verdict(None, tuple(present))
    wanted, needed = alarm.evaluation_periods, alarm.needed
    if len(present) >= wanted:
        present = present[-wanted:]
        breaching = sum(alarm.breaches(point.value) for point in present)
        return Verdict("ALARM" if breaching >= needed else "OK", tuple(present))
    breaching = sum(alarm.breaches(point.value) for point in present)
    missing, treatment = wanted - len(present), alarm.treat_missing_data or "missing"
    if treatment in ("breaching", "notBreaching"):
        bad = breaching + (missing if treatment == "breaching" else 0)
        return Verdict("ALARM" if bad >= needed else "OK", tuple(present), missing)
    if not present:
        return Verdict("INSUFFICIENT_DATA" if treatment == "missing" else None)
    if breaching >= needed or (treatment == "missing" and _is_old_enough(alarm, points)):
        return Verdict("ALARM", tuple(present))
    return Verdict("OK" if breaching < len(present) else None, tuple(present))


def _is_of_few(alarm: Alarm, point: Datapoint) -> bool:
    """Whether a percentile is of too few samples to tell anything, as AWS reckons it."""
    if not alarm.statistic.startswith("p") or point.sample_count is None:
        return False
    share = float(alarm.statistic[1:]) / 100
    rest = min(share, 1 - share)
    return rest > 0 and point.sample_count < _FEW / rest


def _is_old_enough(alarm: Alarm, points: Sequence[Datapoint | None]) -> bool:
    """Whether all that is there breaches, and the oldest of it is M periods old.

    So an alarm does not go off by one period after a gap, as the next one may be good.
    """
    if any(point is not None and not alarm.breaches(point.value) for point in points):
        return False
    age = next((len(points) - place for place, point in enumerate(points) if point is not None), 0)
    return age >= alarm.needed
