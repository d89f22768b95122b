"""The tasks on a container instance: found, drained, and lost with it; and daemons, which ask for each one.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
"""

from collections.abc import Sequence
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.task.task import Task

HOST_GONE: Final = "Host EC2 (instance {ec2_id}) stopped/terminated."
DEREGISTERED: Final = "Container instance deregistration forced by user"
"""Stop reasons (older developer guide, stopped task errors)."""


def drain(instance: ContainerInstance, draining: bool) -> None:
    """Let an instance drain, or take tasks again; services replace those on one that drains."""
    instance.move("drained" if draining else "activated")
    cluster, services = state.of(instance.region).clusters[instance.cluster], current_account().services
    assert cluster.placement is not None, "it is registered there"
    cluster.placement.changed(instance)
    for task_id in list(instance.tasks) if services else ():
        assert services is not None, "there are services"
        services.drain(task_id, draining)


def tell_services(cluster: Cluster) -> None:
    """Tell the services of a cluster that its instances are others, or have changed."""
    services = current_account().services
    if services:
        services.instances_changed(cluster)


def tell_freed(cluster: Cluster) -> None:
    """Tell the services of a cluster that an instance has more room than before."""
    services = current_account().services
    if services:
        services.capacity_freed(cluster)


def tasks_on(instance: ContainerInstance) -> Sequence[Task]:
    """The tasks of an instance that have not STOPPED."""
    tasks = state.of(instance.region).tasks
    return [tasks[each] for each in list(instance.tasks) if each in tasks]


def lose_all(instance: ContainerInstance, reason: str) -> None:
    """Let the tasks of an instance be gone at once: its host is, or nobody asks it any more."""
    fargate = current_account().fargate
    for task in tasks_on(instance) if fargate else ():
        assert fargate is not None, "there are tasks"
        fargate.driver.lose(task, "", reason)
