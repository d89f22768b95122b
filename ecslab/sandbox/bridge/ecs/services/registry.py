"""The services of one context: which task is whose, and what becomes of tasks that move.

Whoever drives tasks calls `task_moved` and `leaving`; for a task of no service both do nothing.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ecslab.sandbox.bridge.account import Context, current
from ecslab.sandbox.world.load_balancing.load_balancers import LoadBalancers
from ecslab.sandbox.world.service import timings as service_timings
from ecslab.sandbox.world.service.account import Cause
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task import timings
from ecslab.sandbox.world.task.task import Task

__all__ = ["Belonging", "Crew", "crew", "keep", "leaving", "member_of", "task_moved"]


class Belonging(NamedTuple):
    """Whose a task is; `provider` is its capacity provider."""

    service: Service
    deployment: Deployment
    provider: str | None


@dataclass(slots=True, eq=False)
class Crew:
    """What services add to a context.

    Args:
        tasks: the tasks of services that are not STOPPED yet, by id, and whose they are.
        targets: task ids by (target group, IP, port).
        tallies: tasks by deployment id and capacity provider.
        stopped: tasks that have ended, in that order, until they are forgotten.
        balancers: None until a service first has one.
    """

    scheduler: Scheduler
    tasks: dict[str, Belonging] = field(default_factory=dict)
    targets: dict[tuple[str, str, int], str] = field(default_factory=dict)
    tallies: dict[tuple[str, str | None], int] = field(default_factory=dict)
    balancers: LoadBalancers | None = None
    stopped: deque[Task] = field(default_factory=deque)


_crews: Final[list[tuple[Context, Crew]]] = []


def crew() -> Crew | None:
    """The current context's, or None before its first service."""
    return _crews[0][1] if _crews and _crews[0][0] is current() else None


def keep(made: Crew) -> None:
    """Let `made` be the current context's."""
    _crews[:] = [(current(), made)]


def member_of(task_id: str) -> tuple[Service, Member] | None:
    """The service of a task that is not STOPPED, and the task as its scheduler sees it."""
    here = crew()
    whose = here.tasks.get(task_id) if here else None
    member = whose.deployment.members.get(task_id) if whose else None
    return (whose.service, member) if whose and member else None


def task_moved(task: Task, before: str | None) -> None:
    """Tell the scheduler that a task's status is no longer `before`, or that its health has changed."""
    here = crew()
    if here is None or task.id not in here.tasks:
        return
    whose = here.tasks[task.id]
    member = whose.deployment.members.get(task.id)
    if task.last_status == "STOPPED":
        del here.tasks[task.id]
        here.tallies[whose.deployment.id, whose.provider] -= 1
        here.stopped.append(task)
    elif task.last_status == "ACTIVATING":
        _note_digests(task, whose.deployment.revision.digests)
    if member is None:
        return
    if task.last_status == before:
        here.scheduler.container_health(whose.service, member, _health(task))
        return
    cause = Cause(task.stop_code or "", task.stopped_reason or "") if task.stopping else None
    here.scheduler.moved(whose.service, member, task.last_status, cause)


def leaving(task: Task) -> float:
    """Take a task out of its target groups; seconds until the requests it has are done.

    A task whose program has ended has none left.
    """
    here, found = crew(), member_of(task.id)
    if here is None or found is None or here.balancers is None or found[1].registered_at is None:
        return timings.DEACTIVATE
    ip, drained = _address(task), 0.0
    for balancer in found[1].deployment.revision.load_balancers:
        here.targets.pop((balancer.target_group, ip, balancer.port), None)
        seconds = here.balancers.deregister(balancer.target_group, ip, balancer.port)
        drained = max(drained, seconds)
    if task.stop_code == "EssentialContainerExited":
        return timings.DEACTIVATE
    return service_timings.DEREGISTERED + drained


def heard(group: str, ip: str, port: int, state: str, why: str) -> None:
    """A target's health has changed."""
    here = crew()
    found = member_of(here.targets.get((group, ip, port), "")) if here else None
    if here and found:
        here.scheduler.target_health(*found, group, state, why)


def _note_digests(task: Task, digests: dict[str, str]) -> None:
    """Keep what the image tags stand for from the first task of a revision on."""
    if not digests:
        digests |= {one.name: one.image_digest for one in task.containers if one.image_digest}


def _address(task: Task) -> str:
    assert task.attachment.interface is not None, "what is registered has an address"
    return task.attachment.interface.private_ip


def _health(task: Task) -> str:
    """The health of the essential containers that have a check; one without does not hold a service up."""
    checked = [one for one in task.containers if one.essential and _is_checked(one.definition)]
    states = {container.health_status for container in checked}
    return next((state for state in ("UNHEALTHY", "UNKNOWN") if state in states), "HEALTHY")


def _is_checked(definition: Mapping[str, Any]) -> bool:
    return bool(definition.get("healthCheck"))
