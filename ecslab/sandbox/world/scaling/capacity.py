"""How many tasks a policy asks for: the arithmetic of target tracking and of step scaling.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Adjustment = Literal["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]
_DIGITS: Final = 9  # of a quotient: 3 tasks at 0.1 of 0.1 are 3, though their float is more


@dataclass(frozen=True, slots=True)
class Bounds:
    """A scalable target's capacity: at least `minimum` and at most `maximum` tasks, both from 0."""

    minimum: int
    maximum: int

    def clamp(self, capacity: int) -> int:
        """The capacity within the bounds that is nearest to this one."""
        return min(max(capacity, self.minimum), self.maximum)


@dataclass(frozen=True, slots=True)
class Step:
    """One step adjustment (API_StepAdjustment).

    Attributes:
        lower, upper: bounds relative to the alarm's threshold; None is infinity.
        adjustment: tasks, percent or the whole count, by the policy's adjustment type.
    """

    lower: float | None
    upper: float | None
    adjustment: int


def tracked(running: int, metric: float, target: float) -> int:
    """The tasks that would bring a metric of so many RUNNING tasks to its target.

    Args:
        metric: the mean of the alarm's datapoints, in the metric's unit.
        target: the policy's target value, above 0.
    """
    if running == 0:
        return int(metric > target)
    return math.ceil(round(running * metric / target, _DIGITS))


def step_for(steps: Sequence[Step], deviation: float, falling: bool) -> Step | None:
    """The step that a metric falls into; None if it falls into none.

    Args:
        deviation: the metric less the alarm's threshold.
        falling: at a deviation of 0, whether the alarm watches for what lies below. Above the threshold the
            lower bound belongs to a step and the upper does not; below it, the other way round.
    """
    below = deviation < 0 or (deviation == 0 and falling)
    for step in steps:
        lower = -math.inf if step.lower is None else step.lower
        upper = math.inf if step.upper is None else step.upper
        if (lower < deviation <= upper) if below else (lower <= deviation < upper):
            return step
    return None


def stepped(capacity: int, adjustment: int, kind: Adjustment, magnitude: int = 1) -> int:
    """The capacity after a step of a step scaling policy; never below 0.

    Args:
        capacity: tasks before it.
        adjustment: as the step has it.
        kind: AdjustmentType.
        magnitude: least change of PercentChangeInCapacity, in tasks: MinAdjustmentMagnitude, or 1.
    """
    if kind == "ExactCapacity":
        return max(adjustment, 0)
    change = adjustment
    if kind == "PercentChangeInCapacity":
        change = math.trunc(capacity * adjustment / 100)  # toward zero, and then at least the magnitude
        if adjustment and abs(change) < magnitude:
            change = magnitude if adjustment > 0 else -magnitude
    return max(capacity + change, 0)
