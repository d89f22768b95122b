"""What the drawing of container instances says in words: beside its shapes, and instead of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.display.counted import counted

if TYPE_CHECKING:
    from ecslab.resources.container_instance.layout import Capacity, Instance, PlacedTask

_NOTHING: Final = "No container instance is registered in the cluster, and none of its tasks runs."


def title(capacity: Capacity) -> str:
    """How many container instances and tasks there are."""
    fargate = sum(task.on_fargate for task in capacity.tasks)
    waiting = len(capacity.tasks) - fargate
    parts = [counted(len(capacity.instances), "container instance"), f"{counted(fargate, 'task')} on Fargate"]
    parts += [f"{counted(waiting, 'task')} not placed"] if waiting else []
    return f"Cluster {capacity.cluster}: {', '.join(parts)}"


def description(capacity: Capacity, drawn: Sequence[Instance], beside: Sequence[PlacedTask]) -> str:
    """The picture in words: a line an instance, and a line a task that is on none."""
    lines = [_instance_words(each) for each in drawn]
    for task in beside:
        about = (place(task), _size(task), status(task), task.zone)
        lines.append(f"{_name(task)}: {', '.join(filter(None, about))}.")
    left = len(capacity.instances) - len(drawn), len(capacity.tasks) - len(beside)
    lines += [f"{counted(left[0], 'container instance')} more."] if left[0] else []
    lines += [f"{counted(left[1], 'task')} more."] if left[1] else []
    return "\n".join(lines) or _NOTHING


def _instance_words(each: Instance) -> str:
    where = ", ".join(part for part in (each.id, each.type or "External", each.zone, each.provider) if part)
    cpu = free("CPU", each.free_cpu, each.cpu, "units")
    memory = free("memory", each.free_memory, each.memory, "MiB")
    tasks = "; ".join(f"{_name(task)}, {_size(task)}, {status(task)}" for task in each.tasks)
    return f"{where}: {state(each)}; {cpu}, {memory}. {f'Tasks: {tasks}' if tasks else 'No task'}."


def _name(task: PlacedTask) -> str:
    return f"{task.definition} ({task.id})"


def state(each: Instance) -> str:
    """`ACTIVE, agent connected`."""
    return f"{each.status}, agent {'connected' if each.connected else 'not connected'}"


def free(what: str, free: int, whole: int, unit: str) -> str:
    """`CPU: 1,024 of 2,048 units free`."""
    return f"{what}: {free:,} of {whole:,} {unit} free"


def _size(task: PlacedTask) -> str:
    return f"{task.cpu:,} CPU units, {task.memory:,} MiB"


def place(task: PlacedTask) -> str:
    """What a task runs on that is on no container instance."""
    if task.provider == "FARGATE_SPOT":
        return "Fargate Spot"
    return "Fargate" if task.on_fargate else f"waits for {task.provider or 'an instance'}"


def status(task: PlacedTask) -> str:
    """Its status, and whether it is to end."""
    return f"{task.status}, to be STOPPED" if task.stopping else task.status


def steady(task: PlacedTask) -> bool:
    """Whether it runs, and is to go on."""
    return task.status == "RUNNING" and not task.stopping


def more_is_used(each: Instance) -> bool:
    """Whether more of an instance is used than its tasks take."""
    cpu, memory = sum(task.cpu for task in each.tasks), sum(task.memory for task in each.tasks)
    return each.cpu - each.free_cpu > cpu or each.memory - each.free_memory > memory
