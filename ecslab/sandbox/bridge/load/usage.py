"""What a task has, and what it uses at rest: CPU and memory."""

from typing import Final, NamedTuple

from ecslab.sandbox.bridge import instance_memory
from ecslab.sandbox.bridge.open_ports import listener_of
from ecslab.sandbox.world.service_connect.proxy import MEMORY
from ecslab.sandbox.world.task.container import RESTING, Container
from ecslab.sandbox.world.task.task import Task

IDLE: Final = 0.29 / 100 * 0.25
"""vCPU that a task uses while nobody asks it anything: 0.29 percent of the smallest were recorded of an idle
service [NAT: scale_in]."""


class Shape(NamedTuple):
    """A task's size, and what its containers hold at rest: vCPU, MiB."""

    vcpu: float
    memory: float
    resting: float

    def cpu_percent(self, used: float) -> float:
        """CPU utilisation when it uses so many vCPU for visitors; Fargate gives no more than the task has."""
        return min(100.0, 100 * (IDLE + used) / self.vcpu)

    def memory_percent(self, used: float) -> float:
        """Memory utilisation with so many MiB for visitors: AWS counts whole MiB [NAT: service_metrics]."""
        return min(100.0, 100 * int(self.resting + used) / self.memory)


def shape_of(task: Task) -> Shape:
    """A task's size, from its definition with the task's overrides.

    One on EC2 may have no CPU units of its own; U: of what the metric is then a percentage.
    """
    cpu, size = int(task.settings.get("cpu") or 0) or 256, task.settings.get("memory") or 512
    resting = RESTING * len(task.containers) + (MEMORY if task.proxy else 0)
    return Shape(cpu / 1024, float(size), resting)


def limit_of(task: Task, container: Container) -> float:
    """MiB that a container may hold: its own hard limit, or what the task has beside the others' rest.

    On a container instance a container without a hard limit may have what the instance has left.
    """
    shared = instance_memory.limit_of(task, container)
    if shared is not None:
        return shared
    own = float(container.definition.get("memory") or task.settings.get("memory") or 512)
    whole = shape_of(task)
    return min(own, whole.memory - whole.resting + RESTING)


def container_on(task: Task, port: int) -> Container | None:
    """The container of a task that accepts connections on a port of its interface, if there is one."""
    listener = listener_of(task, port)
    return listener[0] if listener else None


def task_id(key: str) -> str:
    """The task that a place of a route stands for, or its address where it is no task's."""
    address, _, task = key.partition(" ")
    return task or address
