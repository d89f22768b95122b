"""Scaling activities: what is the same of those of Auto Scaling groups and those of scalable targets."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

HISTORY: Final = 42 * 86_400.0
"""Seconds for which an activity is told of: six weeks (API_DescribeScalingActivities of both services)."""


@dataclass(slots=True, eq=False)
class ScalingActivity:
    """What was done and why, in AWS's words.

    Attributes:
        id: a UUID.
        resource: the group's name, or the scalable target's resource id.
        started_at, ended_at: epoch seconds.
        status: `InProgress` until it has ended.
    """

    id: str
    resource: str
    description: str
    cause: str
    started_at: float
    status: str = "InProgress"
    message: str = ""
    ended_at: float | None = None

    def end(self, at: float, status: str = "Successful", message: str = "") -> None:
        """It is over, at epoch second `at`."""
        self.ended_at, self.status, self.message = at, status, message


Kind = TypeVar("Kind", bound=ScalingActivity)


def keep(activities: deque[Kind], new: Iterable[Kind], now: float) -> None:
    """Keep new activities, newest first, before those that are there; forget what is too old at the end."""
    activities.extendleft(reversed([*new]))
    while activities and activities[-1].started_at < now - HISTORY:
        activities.pop()


def recent(activities: Iterable[Kind], now: float) -> Iterator[Kind]:
    """Those that are told of at epoch second `now`."""
    return (activity for activity in activities if activity.started_at >= now - HISTORY)
