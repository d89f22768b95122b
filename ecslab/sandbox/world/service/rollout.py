"""The record of one service deployment, as the service deployments API tells it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
"""

from dataclasses import dataclass, field

from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.revision import Revision

ENDED = frozenset({"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"})


@dataclass(frozen=True, slots=True)
class Counts:
    """A revision with its tasks: asked for, RUNNING and coming up."""

    revision: Revision
    requested: int
    running: int
    pending: int


@dataclass(slots=True, eq=False)
class Rollout:
    """One service deployment. Times are epoch seconds.

    Args:
        id: 21 characters, the end of its ARN.
        deployment: what it brings up; its counts are the target's while it lasts.
        sources: what was there when it began.
        failures: the circuit breaker's count when it ended.
        rollback: why, when, and to which revision it is rolled back.
    """

    id: str
    deployment: Deployment
    created_at: float
    sources: list[Counts] = field(default_factory=list)
    status: str = "PENDING"
    reason: str | None = None
    started_at: float | None = None
    finished_at: float | None = None
    stopped_at: float | None = None
    updated_at: float | None = None
    failures: int = 0
    final: Counts | None = None
    rollback: tuple[str, float, Revision] | None = None
    triggered: bool = False

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    def start(self, at: float) -> None:
        """The first task is on its way."""
        if self.status == "PENDING":
            self.status, self.started_at, self.updated_at = "IN_PROGRESS", at, at

    def turn_back(self, at: float, reason: str, to: Revision) -> None:
        """From here on it is rolled back."""
        self.status, self.updated_at, self.rollback = "ROLLBACK_IN_PROGRESS", at, (reason, at, to)

    def end(self, at: float, status: str, desired: int, reason: str | None = None) -> None:
        """It is over; what it came to stays as it is now."""
        deployment = self.deployment
        self.final = Counts(deployment.revision, desired, deployment.running, deployment.pending)
        self.failures = deployment.failed_tasks
        self.status, self.reason, self.updated_at = status, reason, at
        if status == "STOPPED":
            self.stopped_at = at
        self.finished_at = at
