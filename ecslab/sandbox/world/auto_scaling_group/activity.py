"""Scaling activities of groups: what was done and why, in AWS's words, told of for six weeks.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ecslab.sandbox.world.scaling_activity import ScalingActivity
from ecslab.sandbox.world.texts import Sentences

text: Final = Sentences(__file__)


@dataclass(slots=True, eq=False)
class Activity(ScalingActivity):
    """An activity of a group; it ends `Successful` or `Failed`, AWS has more for what is not carried.

    Attributes:
        details: subnet and Availability Zone, as JSON.
    """

    details: str = ""

    @property
    def progress(self) -> int:
        """Per cent. U: what AWS shows of one that is under way."""
        return 50 if self.ended_at is None else 100


def cause(*events: tuple[float, str]) -> str:
    """What happened, at which epoch seconds, as an activity tells it."""
    return "  ".join(text("at", moment=_moment(at), what=what) for at, what in events)


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
