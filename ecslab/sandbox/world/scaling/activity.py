"""Scaling activities: what was done to a scalable target and why, in AWS's words, kept for six weeks.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.scaling.decision import NotScaled
from ecslab.sandbox.world.scaling_activity import ScalingActivity, keep, recent
from ecslab.sandbox.world.texts import Sentences

_say: Final = Sentences(__file__)


@dataclass(slots=True, eq=False)
class Activity(ScalingActivity):
    """An activity of a scalable target.

    Attributes:
        desired: the desired count that it set; None if it set none.
        not_scaled: why it did not scale; such activities are shown to who asks for them.
    """

    desired: int | None = None
    not_scaled: NotScaled | None = None

    def look(self, at: float, desired: int, running: int) -> bool:
        """Look whether ECS has fulfilled it, at epoch second `at`; whether that ended it.

        Args:
            desired, running: the service's counts now.
        """
        assert self.desired is not None, "it set a desired count"
        if desired != self.desired:
            self.end(at, "Overridden", text("overridden", count=self.desired, later=desired))
        elif running == desired:
            self.end(at, "Successful", text("fulfilled", count=self.desired))
        return self.ended_at is not None


@dataclass(slots=True, eq=False)
class ActivityLog:
    """The activities of a Region, newest first; they outlive target, policy and service."""

    activities: deque[Activity] = field(default_factory=deque)

    def add(self, activity: Activity) -> None:
        """Keep it, and forget what is too old."""
        keep(self.activities, [activity], activity.started_at)

    def shown(self, now: float, not_scaled: bool) -> Iterator[Activity]:
        """What is told of at epoch second `now`, with or without activities that did not scale."""
        return (each for each in recent(self.activities, now) if not_scaled or not each.not_scaled)

    def repeats(self, resource: str, reason: NotScaled) -> bool:
        """Whether the newest activity of a target says already that it does not scale for this reason."""
        newest = next((each for each in self.activities if each.resource == resource), None)
        return newest is not None and newest.not_scaled == reason


def text(name: str, /, **parts: object) -> str:
    """The sentence of this name (`activity.toml`), with its parts filled in."""
    return _say(name, **parts)


def bounds_text(minimum: int | None, maximum: int | None) -> str:
    """`min capacity to 2 and max capacity to 4`, or the half of it that a scheduled action sets (U)."""
    halves = (("min", minimum), ("max", maximum))
    return " and ".join(f"{which} capacity to {count}" for which, count in halves if count is not None)
