"""What was seen of a deployment while it went on: curves of its tasks, and what visitors got."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ecslab.display.counted import counted
from ecslab.display.tables import ShownAsTable, Table
from ecslab.resources.deployment.rollout_plan import NOTICED, Limits, Plan, Steps, changes

if TYPE_CHECKING:
    from ecslab.figures import Figure

LOST = "nobody"


@dataclass(frozen=True)
class Sample:
    """The service at one moment.

    Attributes:
        at: seconds since the deployment began, on the lab's clock.
        old, new: RUNNING tasks of the deployments before, and of the one that is watched.
        coming: tasks of all deployments on their way to RUNNING.
        healthy: healthy targets; without a load balancer the RUNNING tasks.
    """

    at: float
    old: int
    new: int
    coming: int
    healthy: int

    @property
    def total(self) -> int:
        return self.old + self.new + self.coming


@dataclass(frozen=True, repr=False)
class Rolled(ShownAsTable):
    """A deployment as it was watched. It shows itself as a table of all changes.

    Attributes:
        began: when the deployment began, by the account's own clock.
        samples: what was seen, in order.
        limits: what the deployment had to keep to.
        state: what became of it: COMPLETED, FAILED, ROLLED BACK, or IN_PROGRESS if it was not over.
        reasons: each `rolloutStateReason` of the PRIMARY deployment in turn: (seconds, state, reason).
        seconds: from the deployment's beginning to the end of the watch, on the lab's clock.
        answers: what each visitor got, in order; `LOST` where there was no proper answer.
        measured: what `healthy` was counted by: "healthy targets" or "RUNNING tasks".
    """

    began: datetime
    samples: tuple[Sample, ...]
    limits: Limits
    state: str
    reasons: tuple[tuple[float, str, str], ...]
    seconds: float
    answers: tuple[str, ...] = ()
    measured: str = "RUNNING tasks"

    @property
    def total(self) -> Steps:
        """All tasks, RUNNING and coming up: what `maximumPercent` limits."""
        return self._curve(lambda sample: sample.total)

    @property
    def healthy(self) -> Steps:
        """Healthy tasks: what `minimumHealthyPercent` keeps up."""
        return self._curve(lambda sample: sample.healthy)

    @property
    def old(self) -> Steps:
        """RUNNING tasks of what was there before."""
        return self._curve(lambda sample: sample.old)

    @property
    def new(self) -> Steps:
        """RUNNING tasks of the deployment that was watched."""
        return self._curve(lambda sample: sample.new)

    @property
    def to_healthy(self) -> float:
        """Seconds from the start of the first new task, where a plan has it, until most were healthy."""
        after = [sample for sample in self.samples if sample.new]
        most = max((sample.healthy for sample in after), default=0)
        return max(0.0, next((sample.at for sample in after if sample.healthy == most), 0.0) - NOTICED)

    @property
    def most(self) -> int:
        """The most tasks there were at once."""
        return max(sample.total for sample in self.samples)

    @property
    def fewest_healthy(self) -> int:
        """The fewest healthy tasks there were at any moment."""
        return min(sample.healthy for sample in self.samples)

    @property
    def lost(self) -> int:
        """How many visitors got no proper answer."""
        return self.answers.count(LOST)

    def story(self) -> Table:
        """What ECS said of the PRIMARY deployment, and when: `rolloutState` and `rolloutStateReason`."""
        rows = tuple((f"{at:.0f} s", state, reason) for at, state, reason in self.reasons)
        return Table("", ("after", "rolloutState", "rolloutStateReason"), rows)

    def visitors(self) -> Table:
        """What the visitors got: each answer, by the first visitor who got it."""
        rows = ((answer, str(count)) for answer, count in Counter(self.answers).items() if answer != LOST)
        return Table(
            f"{counted(len(self.answers), 'visitor')}, {self.lost} without an answer",
            ("what they saw", "how many"),
            tuple(rows),
        )

    def chart(self, plan: Plan | None = None, *, revisions: bool = False) -> "Figure":
        """The curves in one picture, with the limits.

        Args:
            plan: the deployment as it was worked out; its curves are drawn beside those that were measured
                (that of the healthy tasks only if their number is to change).
            revisions: draw the tasks of the old and the new revision, unless there is a plan.
        """
        from ecslab.figures import curve

        curves: dict[str, Steps] = {}
        if plan:
            curves["predicted: all tasks"] = plan.total
        curves["measured: all tasks, those coming up included"] = self.total
        if plan and len(plan.healthy) > 1:
            curves["predicted: healthy tasks"] = plan.healthy
        curves[f"measured: healthy tasks ({self.measured})"] = self.healthy
        if revisions and not plan:
            curves["measured: RUNNING tasks of the old revision"] = self.old
            curves["measured: RUNNING tasks of the new revision"] = self.new
        bounds = self.limits
        lines = {
            f"at most {bounds.highest} in all ({bounds.maximum} %)": bounds.highest,
            f"at least {bounds.lowest} healthy ({bounds.minimum} %)": bounds.lowest,
        }
        return curve(
            curves,
            title="Tasks of the service while the deployment goes on",
            x="seconds since the deployment began",
            y="tasks",
            limits=lines,
            until=self.seconds,
        )

    def _curve(self, value: Callable[[Sample], int]) -> Steps:
        return changes((sample.at, value(sample)) for sample in self.samples)

    def _table(self) -> Table:
        rows: list[tuple[str, ...]] = []
        for sample in self.samples:
            row = tuple(map(str, (sample.old, sample.new, sample.coming, sample.total, sample.healthy)))
            if not rows or rows[-1][1:] != row:
                rows.append((f"{sample.at:.0f} s", *row))
        head = ("after", "old RUNNING", "new RUNNING", "coming up", "in all", "healthy")
        return Table(f"{self.state} after {self.seconds:.0f} s", head, tuple(rows))
