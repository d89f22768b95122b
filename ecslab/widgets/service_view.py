"""A service, live: how many tasks it wants and has, which they are, and what it says it does."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import traitlets

from ecslab.connection.connection import Connection
from ecslab.operations import visitors
from ecslab.resources.network import network_reader
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import details
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.live_view import LiveView
from ecslab.widgets.service_rows import event_rows, heading, task_rows, text
from ecslab.widgets.view import module

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

_EVERY: Final = {"sandbox": 0.4, "aws": 3.0}
"""Seconds of wall time between two looks."""
_PATIENCE: Final = {"sandbox": 90.0, "aws": 600.0}
"""Seconds of wall time without news after which it is no longer watched."""
GONE: Final = "ECS no longer shows this service."


class ServiceView(LiveView):
    """Follow a service: its counts, its tasks, its events.

    Args:
        lab: where the service is.
        name: the lesson's service unless given.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.

    It follows the service until it is INACTIVE, or until nothing has changed for a while; a button then looks
    again. Its own looks are not among `lab.calls()`.

    Raises:
        NotThere: there is no such service.
    """

    _esm = module("live_foot.js", "service_view.js")
    heading = traitlets.Unicode().tag(sync=True)
    tasks = traitlets.List(traitlets.Dict()).tag(sync=True)
    events = traitlets.List(traitlets.Dict()).tag(sync=True)

    followed = "the service"

    def __init__(
        self,
        lab: Connection,
        name: str | None = None,
        feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(lab, _EVERY[lab.where], feeder, wall)
        self._name = name or lab.names.service
        self._show(service_reader.needed(self._lab, self._name))
        self._follow()

    def text(self) -> str:
        """The counts, one line a task, and the newest events."""
        notes = [line for line in (self.clock, self.trouble) if line]
        return "\n".join([text(self.heading, self.tasks, self.events), *notes])

    def _refresh(self) -> float | None:
        before = (self.heading, self.tasks, self.events)
        service = service_reader.describe(self._lab, self._name)
        self.trouble = "" if service else GONE
        if not service:
            return None
        self._show(service)
        if before != (self.heading, self.tasks, self.events):
            self._changed = self._wall()
        patient = self._quiet() < _PATIENCE[self._lab.where]
        return self._every if service["status"] != "INACTIVE" and patient else None

    def _show(self, service: "ServiceTypeDef") -> None:
        """Draw the service, with its tasks and their interfaces as they are now."""
        tasks = self._tasks() if service["status"] != "INACTIVE" else []
        rows = task_rows(tasks, self._addresses(tasks))
        with self.hold_sync():
            self.heading = heading(service, visitors.of_service(self._lab, service))
            self.tasks, self.events = rows, event_rows(service)
            self._tell_time(service["createdAt"])

    def _tasks(self) -> "list[TaskTypeDef]":
        cluster, name = self._lab.names.cluster, self._name
        running = task_reader.arns(self._lab, cluster=cluster, serviceName=name, desiredStatus="RUNNING")
        stopped = task_reader.arns(self._lab, cluster=cluster, serviceName=name, desiredStatus="STOPPED")
        return task_reader.described(self._lab, cluster, [*(running or ()), *(stopped or ())])

    def _addresses(self, tasks: "list[TaskTypeDef]") -> dict[str, str]:
        """Public IPs by the tasks' ARNs, as far as the tasks have an interface."""
        arns = {details(task).get("networkInterfaceId", ""): task["taskArn"] for task in tasks}
        interfaces = network_reader.interfaces(self._lab, [eni for eni in arns if eni])
        return {
            arns[interface["NetworkInterfaceId"]]: interface["Association"]["PublicIp"]
            for interface in interfaces
            if interface.get("Association", {}).get("PublicIp")
        }
