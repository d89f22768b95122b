"""A service, live: how many tasks it wants and has, which they are, and what it says it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import traitlets
from botocore.exceptions import BotoCoreError, ClientError

from ecslab.connection.connection import Connection
from ecslab.errors import EcslabError, NotThere
from ecslab.resources.task.network_interface import details
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.service_rows import event_rows, heading, task_rows, text
from ecslab.widgets.task_view import pace
from ecslab.widgets.view import HERE, View

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

_DESIRED: Final[tuple[Literal["RUNNING"], Literal["STOPPED"]]] = ("RUNNING", "STOPPED")
_EVERY: Final = {"sandbox": 0.4, "aws": 3.0}
"""Seconds of wall time between two looks."""
_PATIENCE: Final = {"sandbox": 90.0, "aws": 600.0}
"""Seconds of wall time without news after which it is no longer watched."""
_FAILURES: Final = 3
"""Looks in a row that may fail."""
GONE: Final = "ECS no longer shows this service."


class ServiceView(View):
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

    _esm = HERE / "service_view.js"
    heading = traitlets.Unicode().tag(sync=True)
    tasks = traitlets.List(traitlets.Dict()).tag(sync=True)
    events = traitlets.List(traitlets.Dict()).tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    pace = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, lab: Connection, name: str | None = None, feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        super().__init__()
        view = lab.unrecorded()  # the learner did not make these calls
        self._ecs, self._ec2 = view.ecs, view.ec2
        self._cluster = lab.names.cluster
        self._name = name or lab.names.service
        self._every, self._patience = _EVERY[lab.where], _PATIENCE[lab.where]
        self._wall, self._changed, self._failures = wall, wall(), 0
        self._feeder, self.pace = feeder(), pace(lab)
        if not self._refresh():
            raise NotThere(
                f"there is no service {self._name} in the cluster {lab.names.cluster}.\n"
                "  next: service.create(lab), in notebook 06"
            )
        self.observe(self._watch, names=["asked"])
        self._watch()

    def text(self) -> str:
        """The counts, one line a task, and the newest events."""
        notes = [line for line in (self.pace, self.trouble) if line]
        return "\n".join([text(self.heading, self.tasks, self.events), *notes])

    def close(self) -> None:
        """Stop following, and remove the view."""
        self._feeder.stop()
        super().close()

    def _watch(self, _: object = None) -> None:
        self._changed, self._failures = self._wall(), 0
        self.live, self.trouble = True, ""
        self._feeder.start(self._look)

    def _look(self) -> float | None:
        """One look; how long to wait for the next, or None when there is nothing left to see."""
        before = (self.heading, self.tasks, self.events)
        try:
            service = self._refresh()
        except (BotoCoreError, ClientError, EcslabError, OSError) as error:
            return self._failed(error)
        self._failures, self.trouble = 0, "" if service else GONE
        if before != (self.heading, self.tasks, self.events):
            self._changed = self._wall()
        patient = self._wall() - self._changed < self._patience
        self.live = service is not None and service["status"] != "INACTIVE" and patient
        return self._every if self.live else None

    def _refresh(self) -> ServiceTypeDef | None:
        """Look at service, tasks and interfaces, and draw them; the service, or None."""
        services = self._ecs.describe_services(cluster=self._cluster, services=[self._name])["services"]
        if not services:
            return None
        service = services[0]
        tasks = self._tasks() if service["status"] != "INACTIVE" else []
        rows = task_rows(tasks, self._addresses(tasks))
        with self.hold_sync():
            self.heading, self.tasks, self.events = heading(service), rows, event_rows(service)
        return service

    def _tasks(self) -> list[TaskTypeDef]:
        arns: list[str] = []
        for status in _DESIRED:
            answer = self._ecs.list_tasks(cluster=self._cluster, serviceName=self._name, desiredStatus=status)
            arns += answer["taskArns"]
        return self._ecs.describe_tasks(cluster=self._cluster, tasks=arns[:100])["tasks"] if arns else []

    def _addresses(self, tasks: list[TaskTypeDef]) -> dict[str, str]:
        """Public IPs by the tasks' ARNs, as far as the tasks have an interface."""
        enis = {details(task).get("networkInterfaceId", ""): task["taskArn"] for task in tasks}
        ids = [eni for eni in enis if eni]
        if not ids:
            return {}
        filters: list[FilterTypeDef] = [{"Name": "network-interface-id", "Values": ids}]
        interfaces = self._ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
        return {
            enis[eni["NetworkInterfaceId"]]: eni["Association"]["PublicIp"]
            for eni in interfaces
            if eni.get("Association", {}).get("PublicIp")
        }

    def _failed(self, error: Exception) -> float | None:
        self._failures += 1
        self.trouble = f"Cannot see the service at the moment: {error}"
        self.live = self._failures < _FAILURES
        return self._every * 3 if self.live else None
