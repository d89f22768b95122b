"""What the service scheduler asks of the account, and learns from it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ecslab.sandbox.world.service.deployment import Deployment, LoadBalancer
from ecslab.sandbox.world.service.service import Service

DaemonPlace = Literal["start", "stay", "leave"]
"""What a daemon does on a container instance: have a task, keep the one that is there, stop it."""


class CannotPlace(Exception):
    """A task cannot even be started; its text is the event's message after the service's name."""


class TargetRefused(Exception):
    """A target cannot be registered; its text is the load balancer's."""


@dataclass(frozen=True, slots=True)
class Target:
    """How events name a task's target: its port, and `(instance <id>) ` where it is an instance's."""

    port: int
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a task ended: `stopCode` and `stoppedReason`."""

    code: str
    reason: str


class Account(Protocol):
    """What the scheduler asks of the account."""

    def launch(self, service: Service, deployment: Deployment, place: int) -> str:
        """Start a task in this subnet and answer its id, or raise CannotPlace."""

    def has_room(self, service: Service, deployment: Deployment) -> bool:
        """Whether a container instance could take the next task now."""

    def zone_counts(self, deployment: Deployment) -> Mapping[str, int]:
        """Tasks on container instances that are up or coming up, by zone.

        Also of the zones with none of them, where there is an instance that they may be on.
        """

    def launch_in(self, service: Service, deployment: Deployment, zone: str) -> str:
        """Start a task on an instance in this zone and answer its id, or raise CannotPlace."""

    def daemon_places(self, service: Service) -> Mapping[str, DaemonPlace]:
        """The container instances that a daemon is for, by id: those that meet its constraints."""

    def launch_on(self, service: Service, deployment: Deployment, instance: str) -> str:
        """Start a daemon's task on this instance and answer its id, or raise CannotPlace."""

    def stop_order(self, deployment: Deployment, among: Collection[str]) -> Iterator[str]:
        """Ids of tasks on container instances, the one first that placement strategies stop first.

        Args:
            among: ids of those that may be stopped, in the order in which they started.
        """

    def stop(self, task_id: str, reason: str) -> None: ...

    def register(self, task_id: str, balancer: LoadBalancer) -> Target:
        """Register the task as a target. Who stops it deregisters it.

        Raises:
            LookupError: the group is gone.
            TargetRefused: it takes no such target.
        """

    def completed(self, service: Service) -> None:
        """Learn that a deployment has completed, and nothing of older ones is wanted any more."""

    def new_id(self, kind: str) -> str:
        """A fresh id: `event`, `deployment` or `rollout`."""
