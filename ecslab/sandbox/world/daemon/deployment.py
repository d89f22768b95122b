"""A deployment of a daemon: how many instances are drained at once, when it has failed, and what it came to.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons-deployments.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonDeployment.html
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.daemon.lifecycle import DAEMON_DEPLOYMENT
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from ecslab.sandbox.world.daemon.daemon import DaemonRevision

DRAIN_PERCENT: Final = 25.0
"""Of the instances, drained at once unless the request says otherwise (developer guide)."""
LONGEST_BAKE: Final = 1440
"""Minutes (the same page)."""
SHARE: Final = 0.5
LEAST, MOST = 3, 200
"""The circuit breaker's threshold: half the instances, within these bounds. A deployment on one instance had
3 (shinyaz.com, 2026-04); U: the rest, which is as services have it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """DaemonDeploymentConfiguration with its defaults; `watches`: whether the alarms are looked at."""

    drain_percent: float = DRAIN_PERCENT
    bake_minutes: int = 0
    alarms: tuple[str, ...] = ()
    watches: bool = False

    def batch(self, instances: int) -> int:
        """How many of so many instances drain at once: at least one. U: how a part of one is rounded."""
        return max(int(instances * self.drain_percent / 100), 1)


@dataclass(slots=True, eq=False)
class Deployment:
    """One daemon deployment. Times are epoch seconds.

    Attributes:
        target: what it brings; None where the daemon is deleted.
        sources: what ran when it began.
        providers: names of the capacity providers that it is about.
        instances: how many there were when it began.
        failures: daemon tasks of the target that did not start.
        ignored: alarms that were in ALARM when it began.
        triggered: those that have come to be since.
        tripped: whether the circuit breaker has ended it.
        rollback: why and when it was rolled back, and to which revision.
        plan: when it goes on by itself: it starts, rolls back, or has baked.
        look: when its alarms are next looked at.
        final: target and sources with their instances when it ended, as the API shows them.
    """

    arn: str
    daemon: str
    cluster: str
    target: "DaemonRevision | None"
    sources: "list[DaemonRevision]"
    providers: list[str]
    configuration: Configuration
    created_at: float
    status: str = DAEMON_DEPLOYMENT.first
    reason: str = ""
    instances: int = 0
    failures: int = 0
    ignored: frozenset[str] = frozenset()
    triggered: list[str] = field(default_factory=list)
    tripped: bool = False
    rollback: "tuple[str, float, DaemonRevision] | None" = None
    started_at: float | None = None
    stopped_at: float | None = None
    finished_at: float | None = None
    plan: Event | None = None
    look: Event | None = None
    final: dict[str, object] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status in DAEMON_DEPLOYMENT.terminal

    @property
    def rolls(self) -> bool:
        """Whether it replaces instances now."""
        return self.status in ("IN_PROGRESS", "ROLLBACK_IN_PROGRESS")

    @property
    def threshold(self) -> int:
        """Failures at which the circuit breaker trips."""
        return min(max(math.ceil(self.instances * SHARE), LEAST), MOST)

    def move(self, event: str, reason: str = "") -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.status = DAEMON_DEPLOYMENT.next(self.status, event)
        self.reason = reason or self.reason

    def forget_plans(self) -> None:
        """Let nothing more come of it by itself."""
        for event in (self.plan, self.look):
            if event:
                event.cancel()
        self.plan = self.look = None
