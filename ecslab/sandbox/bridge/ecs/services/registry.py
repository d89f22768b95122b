"""Which task is of which service, and what becomes of tasks that move.

Whoever drives tasks calls `task_moved` and `leaving`; for a task of no service both do nothing.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ecslab.sandbox.bridge.ecs.services import discovery
from ecslab.sandbox.bridge.ecs.tasks.version_consistency import note_digests
from ecslab.sandbox.world.service.account import Cause
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ecs.state import Cluster
    from ecslab.sandbox.bridge.elbv2.load_balancing import LoadBalancing


TargetKey = tuple[str, str, int]


class Membership(NamedTuple):
    """Whose a task is; `provider` is its capacity provider."""

    service: Service
    deployment: Deployment
    provider: str | None


class ServiceRegistry:
    """What services add to an account.

    Attributes:
        tasks: the tasks of services that are not STOPPED yet, by id, and whose they are.
        targets: task ids by (target group, IP or instance, port).
        targets_of: those three of the tasks that are targets, by task id.
        tallies: tasks by deployment id and capacity provider, without those that are to end.
        leaving_count: whether those are counted as well, until they are STOPPED (journals of before).
        stopped_tasks: tasks that have ended, in that order, until they are forgotten.
        load_balancing: None until a service first has a load balancer.
        deleted_listeners: called with a service that is deleted, before it begins to drain.
    """

    def __init__(self, scheduler: Scheduler, leaving_count: bool = False):
        self.scheduler, self.leaving_count = scheduler, leaving_count
        self._uncounted: set[str] = set()
        self.tasks: dict[str, Membership] = {}
        self.targets: dict[TargetKey, str] = {}
        self.targets_of: dict[str, list[TargetKey]] = {}
        self.tallies: dict[tuple[str, str | None], int] = {}
        self.stopped_tasks: deque[Task] = deque()
        self.load_balancing: LoadBalancing | None = None
        self.deleted_listeners: list[Callable[[Service], None]] = []

    def member_of(self, task_id: str) -> tuple[Service, Member] | None:
        """The service of a task that is not STOPPED, and the task as its scheduler sees it."""
        membership = self.tasks.get(task_id)
        member = membership.deployment.members.get(task_id) if membership else None
        return (membership.service, member) if membership and member else None

    def task_moved(self, task: Task, before: str | None) -> None:
        """Tell the scheduler that a task's status is no longer `before`, or that its health has changed."""
        membership = self.tasks.get(task.id)
        if membership is None:
            return
        service, deployment, provider = membership
        member = deployment.members.get(task.id)
        if task.last_status == "STOPPED" or (task.stopping and not self.leaving_count):
            self._count_out(task.id, deployment.id, provider)
        if task.last_status == "STOPPED":
            del self.tasks[task.id]
            self._uncounted.discard(task.id)
            self.stopped_tasks.append(task)
        elif task.last_status == "ACTIVATING":
            note_digests(task, deployment.revision.digests)
        if member is None:
            return
        registries = discovery.registries(deployment.revision) if task.last_status == "RUNNING" else ()
        if task.last_status == before:
            self.scheduler.container_health(service, member, _health(task))
            for registry in registries:
                discovery.health_changed(task, registry, _health(task))
            return
        for registry in registries:
            discovery.begin(task, service, registry, self._registry_lost)
        cause = Cause(task.stop_code or "", task.stopped_reason or "") if task.stopping else None
        self.scheduler.task_moved(service, member, task.last_status, cause)

    def _registry_lost(self, service: Service, arn: str) -> None:
        self.scheduler.say(service, "registry_lost", arn=arn)

    def drain(self, task_id: str, draining: bool) -> None:
        """Tell the scheduler that a task's container instance drains, or does no more."""
        service, member = self.member_of(task_id) or (None, None)
        if service and member:
            self.scheduler.drain(service, member, draining)

    def instances_changed(self, cluster: "Cluster") -> None:
        """Tell the services of a cluster that its container instances are others, or have changed."""
        for service in cluster.services.values():
            if service.status == "ACTIVE":
                self.scheduler.instances_changed(service)
        self.capacity_freed(cluster)

    def capacity_freed(self, cluster: "Cluster") -> None:
        """Tell the services of a cluster that wait for room on its instances that one may have some."""
        for service in cluster.services.values():
            waits = service.unplaced or service.unbalanced
            if waits and service.status == "ACTIVE" and not service.daemon:
                self.scheduler.capacity_freed(service)

    def _count_out(self, task_id: str, deployment: str, provider: str | None) -> None:
        if task_id in self._uncounted:
            return
        self._uncounted.add(task_id)
        self.tallies[deployment, provider] -= 1
        if not self.tallies[deployment, provider]:
            del self.tallies[deployment, provider]

    def leaving(self, task: Task) -> float:
        """Take a task out of what leads to it; seconds until it is out, and the requests it has are done.

        A task whose program has ended has none left.
        """
        service, member = self.member_of(task.id) or (None, None)
        if service is None or member is None:
            return self._takes("deactivated", task)
        registries = discovery.registries(member.deployment.revision)
        unnamed = [discovery.leave(task, service, registry) for registry in registries]
        return max(self._deregistered(task, member), *unnamed, 0.0)

    def _deregistered(self, task: Task, member: Member) -> float:
        """Take a task out of its target groups; seconds until the requests it has are done."""
        if self.load_balancing is None or member.registered_at is None:
            return self._takes("deactivated", task)
        drained = 0.0
        for key in self.targets_of.pop(task.id, ()):
            self.targets.pop(key, None)
            drained = max(drained, self.load_balancing.deregister(*key))
        if task.stop_code == "EssentialContainerExited":
            return self._takes("deactivated", task)
        return self._takes("deregistered", task) + drained

    def _takes(self, step: str, task: Task) -> float:
        return self.scheduler.clock.durations.of(step, task.id)

    def registered(self, task_id: str, key: TargetKey) -> None:
        """Note that a task is a target."""
        self.targets[key] = task_id
        self.targets_of.setdefault(task_id, []).append(key)

    def target_health(self, group: str, target_id: str, port: int, state: str, why: str) -> None:
        """Tell the scheduler that a target's health has changed."""
        service, member = self.member_of(self.targets.get((group, target_id, port), "")) or (None, None)
        if service and member:
            self.scheduler.target_health(service, member, group, state, why)


def _health(task: Task) -> str:
    """The health of the essential containers that have a check; one without does not hold a service up."""
    states = {
        container.health_status
        for container in task.containers
        if container.essential and container.definition.get("healthCheck")
    }
    return next((state for state in ("UNHEALTHY", "UNKNOWN") if state in states), "HEALTHY")
