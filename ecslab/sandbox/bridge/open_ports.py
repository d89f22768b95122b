"""Who accepts connections on a port: of a task, or behind a network interface."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime import RunningContainer
from ecslab.sandbox.world.service_connect.configuration import Connect
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Leaves


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


def program_of_host(eni_id: str, port: int) -> RunningContainer | None:
    """The container with the network mode `host` that listens on a port of an instance's interface."""
    own = (task for task in _sharing(eni_id) if task.definition.get("networkMode") == "host")
    return next(filter(None, (program_on(task, port) for task in own)), None)


def _sharing(eni_id: str) -> Iterable[Task]:
    return current_account().tasks_by_instance.get(eni_id, {}).values()


def program_behind(eni_id: str, port: int) -> "RunningContainer | Bound | None":
    """The container that accepts connections on `port` of this network interface, if there is one."""
    account = current_account()
    task = account.tasks_by_interface.get(eni_id)
    if task:
        return program_on(task, port) or _behind_proxy(task, port)
    for_host = program_of_host(eni_id, port)
    if for_host:
        return for_host
    for sharing in _sharing(eni_id):
        listener = listener_of(sharing, port)
        if listener:
            program = program_of(listener[0])
            return Bound(program, listener[1]) if program else None
    return None


def connect_of(task: Task) -> Connect | None:
    """What a task's deployment has of Service Connect; None for a task without a proxy."""
    services = current_account().services if task.proxy else None
    membership = services.tasks.get(task.id) if services else None
    return membership.deployment.revision.connect if membership else None


def _behind_proxy(task: Task, port: int) -> "Bound | None":
    """The container behind a port that the task's proxy alone listens on: an `ingressPortOverride`."""
    connect = connect_of(task)
    inner = connect.behind(port) if connect else None
    program = program_on(task, inner) if inner else None
    return Bound(program, inner) if program and inner else None


def listener_of(task: Task, port: int) -> tuple[Container, int] | None:
    """The container of a task that accepts connections on a port of the task's network interface.

    Its own port comes with it: that is another one where the interface is a container instance's.
    """
    outer = task.attachment.shared and task.definition.get("networkMode") != "host"
    for container in task.containers:
        program = program_of(container)
        if program is None:
            continue
        if not outer and port in program.listening:
            return container, port
        for binding in container.bindings if outer else ():
            if binding.host_port == port and binding.container_port in program.listening:
                return container, binding.container_port
    return None


def task_behind(eni_id: str, port: int) -> Task | None:
    """The task that has `port` of this network interface, whether or not something listens there."""
    task = current_account().tasks_by_interface.get(eni_id)
    if task:
        return task
    for sharing in _sharing(eni_id):
        bound = (binding for container in sharing.containers for binding in container.bindings)
        if any(binding.host_port == port for binding in bound):
            return sharing
    return None


@dataclass(frozen=True, slots=True)
class Bound:
    """A container behind a port of its container instance, which is another one within."""

    program: RunningContainer
    port: int

    def request(self, request: HttpRequest, _port: int) -> HttpResponse:
        """Ask it, at its own port."""
        return self.program.request(request, self.port)

    def repeats(self, _port: int, interval: float) -> "Leaves | None":
        """As the program has it, at its own port."""
        return self.program.repeats(self.port, interval)
