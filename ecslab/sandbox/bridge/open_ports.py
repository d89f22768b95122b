"""Who accepts connections on a port: of a task, or behind a network interface."""

from typing import cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.runtime import RunningContainer
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task


def program_of(container: Container) -> RunningContainer | None:
    """What runs in a container, as the runtime that started it knows it."""
    return cast("RunningContainer | None", container.program)


def program_on(task: Task, port: int) -> RunningContainer | None:
    """The container of the task that accepts connections on `port`, if there is one."""
    for container in task.containers:
        program = program_of(container)
        if program is not None and port in program.listening:
            return program
    return None


def program_behind(eni_id: str, port: int) -> RunningContainer | None:
    """The container that accepts connections on `port` of this network interface, if there is one."""
    task = current_account().tasks_by_interface.get(eni_id)
    return program_on(task, port) if task else None
