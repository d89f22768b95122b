"""Managed daemons as the rest of ECS sees them: which there are, and which instances have their tasks."""

from collections.abc import Iterator

from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.daemon.daemon import Daemon
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance


def daemons_of(region: str, cluster: str) -> Iterator[Daemon]:
    """The daemons of a cluster, those too that are being deleted."""
    return (each for each in state.of(region).daemons.values() if each.cluster == cluster)


def associated(region: str, provider: str) -> list[Daemon]:
    """The daemons that a capacity provider has, those too that are being deleted."""
    return [each for each in state.of(region).daemons.values() if provider in each.providers]


def wanted(region: str, provider: str) -> list[Daemon]:
    """The daemons that an instance of this capacity provider runs from its beginning on."""
    return [each for each in associated(region, provider) if each.target is not None]


def group(daemon: Daemon) -> str:
    """The task group of a daemon's tasks; seen by shinyaz.com, 2026-04."""
    return f"daemon:{daemon.name}"


def others_on(managed: ManagedInstance, instance: ContainerInstance) -> list[str]:
    """Ids of the tasks on an instance that are no daemon's."""
    own = {hosted.task for hosted in managed.daemons.values()}
    return [task_id for task_id in instance.tasks if task_id not in own]


def hosting(region: str, daemon: Daemon) -> Iterator[ManagedInstance]:
    """The instances that have, or had, a task of a daemon."""
    return (each for each in state.of(region).managed_instances.values() if daemon.arn in each.daemons)
