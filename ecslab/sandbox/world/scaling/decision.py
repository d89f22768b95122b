"""What becomes of a policy's proposal: another desired count, a reason not to scale, or nothing at all.

https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.scaling.capacity import Bounds

COOLDOWN: Final = 300.0
"""Seconds of a cooldown of ECS's, either way, where the policy names none."""


@dataclass(frozen=True, slots=True)
class NotScaled:
    """API_NotScaledReason: a code, and the capacity that it is about, by the name of its member."""

    code: str
    capacity: dict[str, int] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The status of the activity that tells of it."""
        return "Successful" if self.code == "AlreadyAtDesiredCapacity" else "Failed"


def scale_out(wanted: int, desired: int, bounds: Bounds) -> int | NotScaled:
    """The desired count after a scale-out, or why there is none.

    A count above the maximum is left alone, and one below the minimum is raised to it at least.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
    """
    if desired >= bounds.maximum:
        return NotScaled("AlreadyAtMaxCapacity", {"MaxCapacity": bounds.maximum})
    if wanted <= desired and desired >= bounds.minimum:
        return NotScaled("AlreadyAtDesiredCapacity", {"CurrentCapacity": desired})
    return bounds.clamp(wanted)


def scale_in(wanted: int, desired: int, bounds: Bounds, deploying: bool) -> int | NotScaled:
    """The desired count after a scale-in, or why there is none.

    Args:
        deploying: whether a deployment of the service is in progress: then it does not scale in.
    """
    if desired <= bounds.minimum:
        return NotScaled("AlreadyAtMinCapacity", {"MinCapacity": bounds.minimum})
    if wanted >= desired and desired <= bounds.maximum:
        return NotScaled("AlreadyAtDesiredCapacity", {"CurrentCapacity": desired})
    if deploying:
        return NotScaled("TargetServicePutResourceAsUnscalable")
    return bounds.clamp(min(wanted, desired))


def agreed(proposals: Sequence[int | None]) -> int | None:
    """What policies that track targets scale in to: the largest proposal, if each of them makes one."""
    largest = 0
    for proposal in proposals:
        if proposal is None:
            return None
        largest = max(largest, proposal)
    return largest


@dataclass(slots=True)
class Cooldowns:
    """The cooldowns of one scalable target, in virtual seconds.

    Attributes:
        out: by policy: until when, and from which capacity its last scale-out was reckoned.
        scale_in_until: until when nothing scales in.
    """

    out: dict[str, tuple[float, int]] = field(default_factory=dict)
    scale_in_until: float = 0.0

    def base(self, policy: str, now: float) -> int | None:
        """The capacity from which a policy reckons during its scale-out cooldown; None when there is none.

        What the last scale-out added is part of what the next one adds: a larger scale-out adds the rest.
        """
        until, base = self.out.get(policy, (0.0, 0))
        return base if now < until else None

    def scaled_out(self, policy: str, now: float, seconds: float, base: int) -> None:
        """A policy has scaled out from `base`; that ends a scale-in cooldown.

        U: that the cooldown is counted from the change of the desired count.
        """
        self.out[policy], self.scale_in_until = (now + seconds, base), 0.0

    def scaled_in(self, now: float, seconds: float) -> None:
        """A policy has scaled in."""
        self.scale_in_until = now + seconds
