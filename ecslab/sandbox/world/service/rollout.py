"""The record of one service deployment, as the service deployments API tells it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
"""

from dataclasses import dataclass, field

from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.lifecycle import SERVICE_DEPLOYMENT


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
        deployment: what it brings up; its counts are the target's while it lasts. None once it is gone.
        sources: what was there when it began.
        began: virtual second at which it was asked for.
        listed: whether it has come to be the service's `currentServiceDeployment`.
        failures: the circuit breaker's count when it ended.
        reason: `statusReason`.
        rollback: why, when, and to which revision it is rolled back.
    """

    id: str
    deployment: Deployment | None
    created_at: float
    began: float = 0.0
    listed: bool = False
    sources: list[Counts] = field(default_factory=list)
    status: str = SERVICE_DEPLOYMENT.first
    reason: str | None = None
    started_at: float | None = None
    finished_at: float | None = None
    stopped_at: float | None = None
    updated_at: float | None = None
    failures: int = 0
    final: Counts | None = None
    rollback: tuple[str, float, Revision] | None = None
    triggered: bool = False
    revision: Revision = field(init=False)

    def __post_init__(self) -> None:
        assert self.deployment is not None
        self.revision = self.deployment.revision

    @property
    def ended(self) -> bool:
        return self.status in SERVICE_DEPLOYMENT.terminal

    @property
    def failed_tasks(self) -> int:
        """The circuit breaker's count."""
        return self.deployment.failed_tasks if self.deployment and not self.ended else self.failures

    def reached(self, desired: int) -> Counts:
        """What the target has by now."""
        assert self.deployment is not None, "it is there until it ends"
        return Counts(self.revision, desired, self.deployment.running, self.deployment.shown_pending)

    def forget_deployment(self, older: Revision) -> None:
        """No task is or will be of the deployment: only what is told of it stays."""
        self.deployment = None
        self.revision.forget_order(older)

    def start(self, at: float) -> None:
        """The first task is on its way."""
        if self.status == "PENDING":
            self._move("task_started", at)
            self.started_at = at

    def turn_back(self, at: float, reason: str, to: Revision) -> None:
        """From here on it is rolled back; `statusReason` says why from now on."""
        self._move("rolled_back", at)
        self.reason, self.rollback = reason, (reason, at, to)

    def complete(self, at: float, desired: int) -> None:
        """The service has what it was to bring, or has again what it had before."""
        self._end("completed", at, desired)

    def stop(self, at: float, desired: int, reason: str | None = None) -> None:
        """It comes to nothing."""
        self._end("stopped", at, desired)
        self.reason, self.stopped_at = reason or self.reason, at

    def _end(self, event: str, at: float, desired: int) -> None:
        """What it came to stays as it is now."""
        failures = self.failed_tasks
        self._move(event, at)
        self.final, self.failures, self.finished_at = self.reached(desired), failures, at

    def _move(self, event: str, at: float) -> None:
        self.status = SERVICE_DEPLOYMENT.next(self.status, event)
        self.updated_at = at
