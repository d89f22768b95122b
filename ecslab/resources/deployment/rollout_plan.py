"""The arithmetic of a rolling deployment: how many tasks may run, and in which batches they are replaced.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ecslab.display.tables import ShownAsTable, Table

Steps = tuple[tuple[float, int], ...]
"""A curve in steps: (seconds, tasks), where a value holds until the next."""
NOTICED: Final = 6.0
"""Seconds from UpdateService to the first task that ECS starts (3 to 11 s measured on AWS)."""
_UNKNOWN: Final = 60.0
"""Seconds that a task takes to be healthy in a plan that was not told."""


@dataclass(frozen=True)
class Limits:
    """What a rolling deployment keeps to, whatever it replaces.

    Attributes:
        desired: the service's desired count.
        minimum: `minimumHealthyPercent`, of the desired count.
        maximum: `maximumPercent`, of the desired count.
    """

    desired: int
    minimum: int = 100
    maximum: int = 200

    @property
    def lowest(self) -> int:
        """So many tasks are to be healthy at any time: rounded *up*."""
        return -(-self.desired * self.minimum // 100)

    @property
    def highest(self) -> int:
        """So many tasks may be coming up or running at any time: rounded *down*."""
        return self.desired * self.maximum // 100

    @property
    def stuck(self) -> bool:
        """Whether no task may be stopped before one is started, and none started before one is stopped."""
        return 0 < self.desired <= self.lowest and self.highest <= self.desired

    def __repr__(self) -> str:
        end = ": no task may be stopped and none started, it is stuck" if self.stuck else ""
        return (
            f"{self.desired} desired, {self.minimum} % to {self.maximum} %: at least {self.lowest} healthy, "
            f"at most {self.highest} in all{end}"
        )


def limits(desired: int, minimum: int = 100, maximum: int = 200) -> Limits:
    """How few healthy tasks and how many tasks in all a deployment may have.

    Args:
        desired: the service's desired count, 0 or more.
        minimum: `minimumHealthyPercent`, 0 to 100; 100 is what a service has unless told otherwise.
        maximum: `maximumPercent`, 100 or more; 200 is what a service has unless told otherwise.

    Raises:
        ValueError: a number out of its range, or both percentages 100, which ECS refuses.
    """
    if desired < 0:
        raise ValueError(f"desired is {desired}; it can be 0 or more")
    if not 0 <= minimum <= 100:
        raise ValueError(f"minimum is {minimum}; it can be 0 to 100 (percent of the desired count)")
    if maximum < 100:
        raise ValueError(f"maximum is {maximum}; below 100 the desired count itself would be too many")
    if minimum == maximum == 100:
        raise ValueError("minimum and maximum are both 100: ECS refuses that, as no task could be replaced")
    return Limits(desired, minimum, maximum)


def changes(points: Iterable[tuple[float, int]]) -> Steps:
    """Only the points at which the value changes."""
    steps: list[tuple[float, int]] = []
    for at, value in points:
        if not steps or value != steps[-1][1]:
            steps.append((round(at, 1), value))
    return tuple(steps)


@dataclass(frozen=True)
class Move:
    """What ECS does at one moment of a deployment, and how things stand then.

    Attributes:
        at: seconds after UpdateService, with the time to healthy that was assumed.
        what: in words.
        old: tasks of the old revision; they count as healthy until they are stopped.
        new: tasks of the new revision, those coming up included.
        healthy: tasks that count as healthy, of both.
    """

    at: float
    what: str
    old: int
    new: int
    healthy: int

    @property
    def total(self) -> int:
        return self.old + self.new


@dataclass(frozen=True, repr=False)
class Plan(ShownAsTable):
    """A rolling deployment as arithmetic has it, in batches. It shows itself as a table.

    Attributes:
        limits: what it keeps to.
        moves: what happens, in order; the first one is how things stood before.
        stuck: whether it can never end, as nothing may be started and nothing stopped.
        timed: whether the time to healthy was given; if not, its table counts steps in place of seconds.
    """

    limits: Limits
    moves: tuple[Move, ...]
    stuck: bool
    timed: bool = False

    @property
    def total(self) -> Steps:
        """All tasks, those coming up included."""
        return changes((move.at, move.total) for move in self.moves)

    @property
    def healthy(self) -> Steps:
        """The tasks that count as healthy."""
        return changes((move.at, move.healthy) for move in self.moves)

    def _table(self) -> Table:
        rows = tuple(
            (
                f"{move.at:.0f} s" if self.timed else str(step),
                move.what, str(move.old), str(move.new), str(move.total), str(move.healthy),
            )
            for step, move in enumerate(self.moves)
        )  # fmt: skip
        first = "after" if self.timed else "step"
        return Table(f"{self.limits}", (first, "what happens", "old", "new", "in all", "healthy"), rows)


def plan(
    desired: int, minimum: int = 100, maximum: int = 200, *, to_healthy: float | None = None
) -> Plan:
    """Work out how ECS replaces the tasks of a service, all of them healthy, by those of a new revision.

    It starts what the maximum allows, and stops what the minimum allows; where it may start no more it stops
    first. A new task that does not come up in `to_healthy` seconds, or fails, is not foreseen.

    Args:
        desired, minimum, maximum: as for `limits`.
        to_healthy: seconds from the start of a task until it counts as healthy, as a watch measured them. No
            arithmetic knows them: without them the plan counts steps, and its curves take a minute for each.

    Raises:
        ValueError: as `limits` does.
    """
    bounds = limits(desired, minimum, maximum)
    roll = _Roll(bounds, _UNKNOWN if to_healthy is None else to_healthy)
    roll.run()
    return Plan(bounds, tuple(roll.moves), roll.old > 0 or roll.new < desired, to_healthy is not None)


class _Roll:
    """Works a deployment off, one moment after the other."""

    def __init__(self, bounds: Limits, to_healthy: float):
        self.bounds, self.to_healthy = bounds, to_healthy
        self.old, self.new, self.ready = bounds.desired, 0, 0
        self.coming: list[tuple[float, int]] = []
        self.moves = [Move(0.0, "before", self.old, 0, self.old)]

    def run(self) -> None:
        at = NOTICED
        self._decide(at, "")
        while self.coming:
            at = self.coming[0][0]
            count = sum(each for due, each in self.coming if due == at)
            self.coming = [(due, each) for due, each in self.coming if due != at]
            self.ready += count
            self._decide(at, f"{count} new healthy")
        if self.old > 0 or self.new < self.bounds.desired:
            self._note(at, "nothing may be started, nothing stopped: stuck")

    def _decide(self, at: float, news: str) -> None:
        """Start and stop what may be started and stopped at this moment."""
        started = stopped = 0
        while (start := self._may_start()) or (stop := self._may_stop()):
            if start:
                self.new += start
                started += start
                self.coming.append((at + self.to_healthy, start))
            else:
                self.old -= stop
                stopped += stop
        done = [f"stop {stopped} old" * bool(stopped), f"start {started} new" * bool(started)]
        words = ", ".join(filter(None, [news, *done]))
        if words:
            self._note(at, words)

    def _may_start(self) -> int:
        room = self.bounds.highest - self.old - self.new
        return max(0, min(self.bounds.desired - self.new, room))

    def _may_stop(self) -> int:
        """Old tasks that may go: below the desired count only where there is no room to start first."""
        short = self.new < self.bounds.desired
        floor = self.bounds.lowest if short else max(self.bounds.lowest, self.bounds.desired)
        return max(0, min(self.old, self.old + self.ready - floor))

    def _note(self, at: float, what: str) -> None:
        self.moves.append(Move(at, what, self.old, self.new, self.old + self.ready))
