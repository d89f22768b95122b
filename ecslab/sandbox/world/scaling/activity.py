"""Scaling activities: what was done to a scalable target and why, in AWS's words, kept for six weeks.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.scaling.decision import NotScaled
from ecslab.sandbox.world.texts import Sentences

HISTORY: Final = 42 * 86_400.0
"""Seconds for which an activity is told of: six weeks."""
_say: Final = Sentences(__file__)


@dataclass(slots=True, eq=False)
class Activity:
    """One activity.

    Attributes:
        id: a UUID.
        resource: the scalable target's resource id.
        started_at, ended_at: epoch seconds.
        desired: the desired count that it set; None if it set none.
        not_scaled: why it did not scale; such activities are shown to who asks for them.
    """

    id: str
    resource: str
    description: str
    cause: str
    started_at: float
    status: str = "InProgress"
    message: str = ""
    ended_at: float | None = None
    desired: int | None = None
    not_scaled: NotScaled | None = None

    def end(self, at: float, status: str, message: str) -> None:
        """It is over."""
        self.ended_at, self.status, self.message = at, status, message

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
        activities = self.activities
        activities.appendleft(activity)
        while activities[-1].started_at < activity.started_at - HISTORY:
            activities.pop()

    def shown(self, now: float, not_scaled: bool) -> Iterator[Activity]:
        """What is told of at epoch second `now`, with or without activities that did not scale."""
        for activity in self.activities:
            if activity.started_at >= now - HISTORY and (not_scaled or not activity.not_scaled):
                yield activity

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
