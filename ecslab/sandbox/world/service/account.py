"""What the service scheduler asks of the account, and learns from it."""

from dataclasses import dataclass
from typing import Protocol

from ecslab.sandbox.world.service.deployment import Deployment, LoadBalancer
from ecslab.sandbox.world.service.service import Service


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

    def stop(self, task_id: str, reason: str) -> None: ...

    def register(self, task_id: str, balancer: LoadBalancer) -> Target:
        """Register the task as a target. Who stops it deregisters it.

        Raises:
            LookupError: the group is gone.
            TargetRefused: it takes no such target.
        """

    def new_id(self, kind: str) -> str:
        """A fresh id: `event`, `deployment` or `rollout`."""
