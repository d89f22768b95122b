"""A task of a service, as its scheduler sees it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecslab.sandbox.world.service.lifecycle import MEMBER

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.account import Target
    from ecslab.sandbox.world.service.deployment import Deployment

PENDING, UNREADY, READY = 0, 1, 2
"""Grades of a task that is not stopping: not yet RUNNING, RUNNING, healthy. Lower ones are stopped first."""


@dataclass(slots=True, eq=False)
class Member:
    """A task of a service.

    Args:
        place: index of its subnet in the revision's zones.
        phase: `pending`, `running` or `leaving`, from the task's status.
        provisioning: it has not been PENDING yet; until then it is in no count that the API shows.
        stopping: its end has been decided, by whomever.
        stopped_by_scheduler: its end was the scheduler's decision.
        ran_at: virtual second at which it got RUNNING.
        ready_at: virtual second at which it first got healthy.
        targets: state and description by target group, once it is registered.
        reached: how events name its targets, by target group.
        replace_at: virtual second from which on an unhealthy task is replaced.
        given_up: it is unhealthy, and replaced.
        successor: the task started in its place.
        protected_until: virtual second at which its scale-in protection ends.
        draining: its container instance drains, and it is replaced.
        instance: id of its container instance, if it is a daemon's.
        upholds_older: started for an older deployment, in the place of one that ended.
    """

    id: str
    deployment: "Deployment"
    place: int
    launched_at: float
    phase: str = MEMBER.first
    provisioning: bool = True
    healthy: bool = False
    stopping: bool = False
    stopped_by_scheduler: bool = False
    ran_at: float | None = None
    ready_at: float | None = None
    registered_at: float | None = None
    targets: dict[str, tuple[str, str]] | None = None
    reached: "dict[str, Target]" = field(default_factory=dict)
    container_health: str = "UNKNOWN"
    replace_at: float | None = None
    given_up: bool = False
    successor: "Member | None" = None
    protected_until: float = 0.0
    upholds_older: bool = False
    draining: bool = False
    instance: str | None = None

    def change(self, **values: object) -> None:
        """Set attributes, and keep the deployment's counts right."""
        self.deployment.count(self, -1)
        for name, value in values.items():
            setattr(self, name, value)
        self.deployment.count(self, 1)

    @property
    def zone(self) -> str:
        return self.deployment.revision.zones[self.place]

    @property
    def live(self) -> bool:
        """Whether it is up or coming up."""
        return not self.stopping and self.phase != "leaving"

    @property
    def grade(self) -> int:
        if self.phase == "pending":
            return PENDING
        return READY if self.healthy else UNREADY
