"""The memory of a container instance, which its containers share beyond what is set aside for them.

A container with `memoryReservation` and without `memory` may use all that the instance has left. When nothing
is left, the kernel ends whoever holds most, which need not be the one that asked for more.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from collections.abc import Iterator
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.runtime.job import OUT_OF_MEMORY
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.task.container import RESTING, Container
from ecslab.sandbox.world.task.task import Task

SINCE: Final = 7
"""The behaviour from which on containers take each other's memory."""


def hold(task: Task, container: Container, mib: float) -> bool:
    """Let a container hold so much; False if it is the one that has to end for it.

    Args:
        mib: MiB beside what it holds at rest.
    """
    instance = _instance_of(task) if container.held != mib else None
    if instance is None:
        return True
    container.held = mib
    while sum(_held(each) for each in _running(instance)) > instance.memory:
        largest = max(_running(instance), key=lambda each: (each.held, each is container))
        program = program_of(largest)
        if largest is container or program is None:
            container.held = 0.0
            return False
        program.finish(137, OUT_OF_MEMORY)
    return True


def limit_of(task: Task, container: Container) -> float | None:
    """MiB that a container may hold: its hard limit or its task's, at most what the instance has left.

    None for a task that is on no container instance.
    """
    instance = _instance_of(task)
    if instance is None:
        return None
    hard = container.definition.get("memory") or task.definition.get("memory") or instance.memory
    others = sum(_held(each) for each in _running(instance) if each is not container)
    return min(float(hard), instance.memory - others)


def _instance_of(task: Task) -> ContainerInstance | None:
    account = current_account()
    cluster = account.regions[task.region].clusters.get(task.cluster)
    if not task.instance or account.behaviour < SINCE or cluster is None or cluster.placement is None:
        return None
    instance = cluster.placement.instances.get(task.instance)
    return instance if isinstance(instance, ContainerInstance) else None


def _running(instance: ContainerInstance) -> Iterator[Container]:
    tasks = current_account().regions[instance.region].tasks
    for task_id in list(instance.tasks):
        yield from (each for each in tasks[task_id].containers if each.running)


def _held(container: Container) -> float:
    return RESTING + container.held
