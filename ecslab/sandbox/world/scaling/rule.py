"""The rule by which a policy's alarm changes a desired count: what is asked for, by whom, and when it may be.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal, NamedTuple

from ecslab.sandbox.world.scaling.capacity import tracked
from ecslab.sandbox.world.scaling.decision import NotScaled, agreed, scale_in, scale_out
from ecslab.sandbox.world.scaling.target import Policy, ScalableTarget

_AGGREGATES: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "Average": fmean,
    "Minimum": min,
    "Maximum": max,
}
LowAlarm = Callable[[Policy], Sequence[float]]
"""The datapoints of a policy's low alarm while it is in ALARM; else none."""


class Change(NamedTuple):
    """A desired count that a policy sets, and the capacity from which it was reckoned."""

    desired: int
    out: bool
    base: int


Outcome = Change | NotScaled | Literal["cooldown"] | None
"""What comes of an alarm: a change, a reason that is told, a cooldown to wait for, or nothing at all."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scalable target and its service, as a policy sees them at virtual second `now`.

    Attributes:
        desired, running: the service's counts.
        deploying: whether a deployment of it is in progress.
        low_alarm: asked of each policy that has to agree on a scale-in.
    """

    target: ScalableTarget
    desired: int
    running: int
    deploying: bool
    now: float
    low_alarm: LowAlarm

    def tracking_out(self, policy: Policy, values: Sequence[float]) -> Outcome:
        """What a target tracking policy asks for whose high alarm is in ALARM.

        Args:
            values: the alarm's datapoints, of which there is at least one.
        """
        base = self.target.cooldowns.base(policy.name, self.now)
        capacity = self.running if base is None else base
        wanted = tracked(capacity, fmean(values), policy.target_value)
        return self._out(wanted, capacity, base is not None)

    def tracking_in(self) -> Outcome:
        """What target tracking policies ask for, one of whose low alarms is in ALARM.

        All that scale in have to agree, and the largest count wins.
        """
        proposals = []
        for policy in self.target.trackers:
            values = self.low_alarm(policy)
            proposals.append(tracked(self.running, fmean(values), policy.target_value) if values else None)
        wanted = agreed(proposals)
        return None if wanted is None else self._in(wanted)

    def stepping(self, policy: Policy, values: Sequence[float], threshold: float, falling: bool) -> Outcome:
        """What a step scaling policy asks for whose alarm executes it.

        Args:
            threshold: the alarm's.
            falling: whether the alarm watches for what is below it.
        """
        aggregate = _AGGREGATES[policy.configuration.get("MetricAggregationType", "Average")]
        deviation = aggregate(values) - threshold
        now = self.target.bounds.clamp(self.desired)
        base = self.target.cooldowns.base(policy.name, self.now)
        capacity = now if base is None else base
        wanted = policy.stepped(capacity, deviation, falling)
        if wanted is None:
            return None
        if wanted < capacity:
            return self._in(policy.stepped(now, deviation, falling) or 0)
        return self._out(wanted, capacity, base is not None)

    def _out(self, wanted: int, base: int, cooling: bool) -> Outcome:
        if self.target.suspended["DynamicScalingOutSuspended"]:
            return None
        result = scale_out(wanted, self.desired, self.target.bounds)
        if isinstance(result, NotScaled):
            return "cooldown" if cooling and "CurrentCapacity" in result.capacity else result
        return Change(result, True, base)

    def _in(self, wanted: int) -> Outcome:
        if self.target.suspended["DynamicScalingInSuspended"]:
            return None
        if self.now < self.target.cooldowns.scale_in_until:
            return "cooldown"
        result = scale_in(wanted, self.desired, self.target.bounds, self.deploying)
        return result if isinstance(result, NotScaled) else Change(result, False, self.desired)

    def changed(self, policy: Policy, change: Change) -> None:
        """The desired count is changed: a cooldown begins."""
        seconds = policy.cooldown(change.out)
        if change.out:
            self.target.cooldowns.scaled_out(policy.name, self.now, seconds, change.base)
        else:
            self.target.cooldowns.scaled_in(self.now, seconds)
