"""The service scheduler: keeps every service at its desired count, and rolls its deployments.

It is told what happens to tasks and targets, and looks at a service only when something about it has
changed or falls due; a look costs as much as what it does. The account carries out what it decides.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

import itertools
from collections.abc import Callable
from typing import Final

from ecslab.sandbox.world.behaviour import LATEST
from ecslab.sandbox.world.service import commands, task_reports
from ecslab.sandbox.world.service.account import Account, Cause
from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes import (
    daemon,
    failures,
    scale_in,
    scale_out,
    steady_state,
    target_registration,
    unhealthy_tasks,
    zone_rebalancing,
)
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import ServicePass
from ecslab.sandbox.world.time.clock import Clock

PASSES: Final[tuple[Callable[[ServicePass], None], ...]] = (
    steady_state.list_rollout,
    target_registration.deregister,
    failures.decide,
    unhealthy_tasks.give_up,
    daemon.follow_instances,
    scale_out.start_missing,
    daemon.start_missing,
    scale_out.uphold_older,
    target_registration.register,
    unhealthy_tasks.replace,
    unhealthy_tasks.make_room,
    scale_in.stop_excess,
    steady_state.conclude,
)
"""What happens at a look, in this order."""


class Scheduler:
    """Runs any number of services; all it knows of one is in the service itself."""

    def __init__(self, clock: Clock, account: Account, behaviour: int = LATEST):
        self.clock, self.account, self._behaviour = clock, account, behaviour
        self._numbers = itertools.count()

    def _pass(self, service: Service) -> ServicePass:
        return ServicePass(service, self.clock, self.account, self._numbers, self._look, self._behaviour)

    def _look(self, service: Service, at: float) -> bool:
        del service.planned_looks[at]
        if service.status == "INACTIVE":
            return False
        before, look = service.visible_state(), self._pass(service)
        for step in PASSES:
            step(look)
        return service.visible_state() != before

    # what the API asks

    def deploy(self, service: Service, revision: Revision) -> Deployment:
        """Begin a deployment; what was PRIMARY is replaced by it."""
        return commands.deploy(self._pass(service), revision)

    def apply_update(self, service: Service) -> None:
        """Look at the service soon, and forget what held it up: its description has changed."""
        commands.apply_update(self._pass(service))

    def retire(self, service: Service) -> None:
        """Delete it: DRAINING while tasks remain, then INACTIVE."""
        commands.retire(self._pass(service))

    def protect(self, service: Service, member: Member, until: float) -> None:
        """Keep a task from scale-in until this virtual second; one that has passed lifts it."""
        commands.protect(self._pass(service), member, until)

    def roll_back(self, service: Service, reason: str) -> None:
        """Return to the deployment that last completed."""
        commands.roll_back(self._pass(service), reason)

    def say(self, service: Service, name: str, **parts: object) -> None:
        """Add the event of this name, unless it would repeat the last one."""
        self._pass(service).say(name, **parts)

    def instances_changed(self, service: Service) -> None:
        """The cluster's container instances are others, or have changed."""
        noun = daemon if service.daemon else zone_rebalancing
        noun.instances_changed(self._pass(service))

    def capacity_freed(self, service: Service) -> None:
        """A container instance of its cluster is new, or has more room than before."""
        scale_out.capacity_freed(self._pass(service))

    # what happens to tasks

    def task_moved(self, service: Service, member: Member, status: str, cause: Cause | None = None) -> None:
        """A task has a new status; `cause` once its end is decided."""
        task_reports.task_moved(self._pass(service), member, status, cause)

    def container_health(self, service: Service, member: Member, status: str) -> None:
        """A task's health by its containers: HEALTHY, UNHEALTHY or UNKNOWN."""
        member.container_health = status
        task_reports.assess(self._pass(service), member)

    def drain(self, service: Service, member: Member, draining: bool) -> None:
        """A task's container instance drains, or takes tasks again: then the task stays, if it still runs."""
        if not member.live or service.daemon:
            return
        member.change(given_up=draining, draining=draining)
        self._pass(service).note_change("noticed")

    def target_health(self, service: Service, member: Member, group: str, state: str, why: str) -> None:
        """The health of a task's target has changed; `why` is the description of its state."""
        if member.targets is not None and group in member.targets:
            member.targets[group] = (state, why)
            task_reports.assess(self._pass(service), member)
