"""Scaling activities of groups: what was done and why, in AWS's words, told of for six weeks.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ecslab.sandbox.world.texts import Sentences

HISTORY: Final = 42 * 86_400.0
"""Seconds for which an activity is told of (API_DescribeScalingActivities)."""
text: Final = Sentences(__file__)


@dataclass(slots=True, eq=False)
class Activity:
    """One activity.

    Attributes:
        id: a UUID.
        started_at, ended_at: epoch seconds.
        status: `InProgress`, `Successful` or `Failed`; AWS has more for what is not carried.
        details: subnet and Availability Zone, as JSON.
    """

    id: str
    group: str
    description: str
    cause: str
    started_at: float
    details: str
    status: str = "InProgress"
    message: str = ""
    ended_at: float | None = None

    def end(self, at: float, status: str = "Successful", message: str = "") -> None:
        """It is over, at epoch second `at`."""
        self.ended_at, self.status, self.message = at, status, message

    @property
    def progress(self) -> int:
        """Per cent. U: what AWS shows of one that is under way."""
        return 50 if self.ended_at is None else 100


def cause(*events: tuple[float, str]) -> str:
    """What happened, at which epoch seconds, as an activity tells it."""
    return "  ".join(text("at", moment=_moment(at), what=what) for at, what in events)


def told(activities: "deque[Activity]", now: float) -> Iterator[Activity]:
    """Those that are told of at epoch second `now`, newest first; older ones are forgotten."""
    while activities and activities[-1].started_at < now - HISTORY:
        activities.pop()
    yield from activities


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
