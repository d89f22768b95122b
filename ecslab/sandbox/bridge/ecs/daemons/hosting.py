"""The tasks of daemons on managed instances: the first to start there, watched, and the last to stop.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons-auto-repair.html
"""

from collections.abc import Callable, Iterator
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ecs import hosted_daemons, hosted_tasks, state
from ecslab.sandbox.bridge.ecs.daemons import hosted_task, rollout
from ecslab.sandbox.bridge.ecs.daemons.sentences import sentence
from ecslab.sandbox.bridge.ecs.managed_instances import fleet
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.bridge.ecs.tasks import store, version_consistency
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.daemon.daemon import Daemon, Hosted
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance
from ecslab.sandbox.world.placement.instance import lacking_resource
from ecslab.sandbox.world.task.health import HEALTHY, UNHEALTHY
from ecslab.sandbox.world.task.task import Task

STOPPED_BY: Final = "ServiceSchedulerInitiated"
"""U: that ECS stops a daemon's tasks, and those beside it, under this code."""


class Daemons:
    """What managed daemons add to an account.

    Attributes:
        tasks: of each task of a daemon that is not STOPPED, by its id, the EC2 instance and the daemon's ARN.
    """

    def __init__(self, account: Account):
        self.account = account
        self.tasks: dict[str, tuple[str, str]] = {}

    def look_after(self, region: str, cluster: Cluster) -> None:
        """Let the deployments of a cluster's daemons go on."""
        for daemon in list(hosted_daemons.daemons_of(region, cluster.name)):
            rollout.go_on(daemon)

    # coming up

    def receive(self, managed: ManagedInstance, instance: ContainerInstance) -> None:
        """Start the daemons on an instance that registers; when all of them run, it is ACTIVE."""
        if not instance.joined or not instance.agent_connected:
            return
        daemons = hosted_daemons.wanted(managed.region, managed.provider)
        for daemon in daemons:
            if daemon.arn not in managed.daemons:
                self._start(daemon, managed, instance)
        hosted = [managed.daemons[daemon.arn] for daemon in daemons]
        if all(each.ready or (each.lost and not each.revision.settings.critical) for each in hosted):
            instance.move("daemons_started")
            cluster = state.of(managed.region).clusters[managed.cluster]
            assert cluster.placement is not None, "it is registered there"
            cluster.placement.changed(instance)
            hosted_tasks.tell_services(cluster)

    def _start(self, daemon: Daemon, managed: ManagedInstance, instance: ContainerInstance) -> None:
        assert daemon.target is not None, "it is wanted"
        hosted = managed.daemons[daemon.arn] = Hosted(daemon.target)
        try:
            task = hosted_task.make(daemon, daemon.target, instance)
        except ValueError:
            lacking = lacking_resource(instance, daemon.target.needs) or ""
            why = sentence("creation", lacking=lacking, what=lacking if lacking == "CPU" else lacking.lower())
            self._later(lambda: self._lost(daemon.arn, managed, hosted, why))
            return
        hosted.task = task.id
        self.tasks[task.id] = managed.id, daemon.arn
        store.launch(task, state.of(managed.region).clusters[managed.cluster])

    # watched

    def task_moved(self, task: Task) -> None:
        """Learn that the status or the health of a task has changed, a daemon's or not."""
        managed, hosted, arn = self._hosted(task) or (None, None, "")
        if managed is None or hosted is None:
            return
        if task.last_status == "STOPPED":
            del self.tasks[task.id]
        version_consistency.note_digests(task, hosted.revision.digests)
        if task.last_status == "RUNNING" and not task.stopping:
            if task.health_status == UNHEALTHY and not hosted.lost:
                why = sentence("run", why=sentence("unhealthy"))
                self._later(lambda: self._lost(arn, managed, hosted, why))
            elif not hosted.ready and (task.health_status == HEALTHY or not _is_checked(task)):
                hosted.ready = True
                self._later(lambda: self._ready(managed))
        elif task.stopping and not hosted.lost:
            why = sentence("run", why=task.stopped_reason or "")
            self._later(lambda: self._lost(arn, managed, hosted, why))

    def _hosted(self, task: Task) -> tuple[ManagedInstance, Hosted, str] | None:
        ec2_id, arn = self.tasks.get(task.id, ("", ""))
        managed = state.of(task.region).managed_instances.get(ec2_id)
        if managed is None or arn not in managed.daemons:
            self.tasks.pop(task.id, None)
            return None
        return managed, managed.daemons[arn], arn

    def _ready(self, managed: ManagedInstance) -> None:
        instance = fleet.container_instance(managed)
        if instance is not None and instance.status == "REGISTERING":
            self.receive(managed, instance)

    def _lost(self, arn: str, managed: ManagedInstance, hosted: Hosted, why: str) -> None:
        """A daemon's task has stopped, or could not be made: the instance may have to be replaced for it."""
        if hosted.lost:
            return
        started, hosted.ready, hosted.lost = hosted.ready, False, True
        daemon = state.of(managed.region).daemons.get(arn)
        instance = fleet.container_instance(managed)
        if instance is None or hosted.leaving:
            return
        if daemon and not started:
            rollout.count_failure(daemon, hosted.revision)
        if not hosted.revision.settings.critical:
            self._ready(managed)
        elif instance.status == "REGISTERING":
            name = arn.rpartition("/")[2]
            fleet.give_up(managed, sentence("given_up", daemon=name, why=why))
        elif instance.status == "ACTIVE":
            self._repair(managed, instance, arn.rpartition("/")[2])

    def _repair(self, managed: ManagedInstance, instance: ContainerInstance, daemon: str) -> None:
        """Drain an instance without its daemon, and stop what no service replaces (API_CreateDaemon)."""
        fleet.drain(managed)
        services, reason = self.account.services, sentence("repaired", daemon=daemon)
        for task in _others(managed, instance):
            if services is None or task.id not in services.tasks:
                store.stop(task, STOPPED_BY, reason)

    # going down

    def leave(self, managed: ManagedInstance, instance: ContainerInstance) -> None:
        """Stop the daemons on an instance that nothing else runs on any more, and that ends."""
        tasks = state.of(managed.region).tasks
        for hosted in managed.daemons.values():
            if hosted.task in instance.tasks and not hosted.leaving:
                hosted.leaving = True
                store.stop(tasks[hosted.task], STOPPED_BY, sentence("instance_ends"))

    def _later(self, action: Callable[[], None]) -> None:
        """After whatever moves a task is through with it, at the same moment."""
        self.account.clock.after(0.0, action)


def _others(managed: ManagedInstance, instance: ContainerInstance) -> Iterator[Task]:
    tasks = state.of(managed.region).tasks
    return (tasks[task_id] for task_id in hosted_daemons.others_on(managed, instance) if task_id in tasks)


def _is_checked(task: Task) -> bool:
    return any(each.essential and each.checked for each in task.containers)
