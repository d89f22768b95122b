"""A task, live: its way through the lifecycle, and a timeline of its phases."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import traitlets

from ecslab.connection.connection import Connection
from ecslab.resources import task as task_resource
from ecslab.resources.task import task_reader
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.live_view import LiveView
from ecslab.widgets.task_rows import STEADY, as_seen, heading, message, phase_rows, reason, step_rows
from ecslab.widgets.view import module

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_EVERY: Final = {"sandbox": 0.3, "aws": 2.0}
"""Seconds of wall time between two looks."""
_PATIENCE: Final = {True: 60.0, False: 900.0}
"""Seconds of wall time without news after which a steady, or a changing, task is no longer watched."""
GONE: Final = "ECS no longer shows this task; it keeps stopped tasks for about an hour."


class TaskView(LiveView):
    """Follow one task through its lifecycle.

    Args:
        lab: where the task is.
        task: as RunTask or DescribeTasks gave it.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.

    It follows the task until it has STOPPED, or until nothing has changed for a minute; a button then looks
    again. Its own looks are not among `lab.calls()`.
    """

    _esm = module("live_foot.js", "task_view.js")
    heading = traitlets.Unicode().tag(sync=True)
    steps = traitlets.List(traitlets.Dict()).tag(sync=True)
    phases = traitlets.List(traitlets.Dict()).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    reason = traitlets.Unicode().tag(sync=True)

    followed = "the task"

    def __init__(
        self,
        lab: Connection,
        task: "TaskTypeDef",
        feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(lab, _EVERY[lab.where], feeder, wall)
        self._seen: dict[str, float] = {}
        self.show(task)
        self._follow()

    def show(self, task: "TaskTypeDef") -> None:
        """Draw `task` as it is given here."""
        with self.hold_sync():
            self.heading, self.steps = heading(task), step_rows(task)
            self.message, self.reason = message(task), reason(task)
            age = self._tell_time(task["createdAt"])
            self._seen.setdefault(task["lastStatus"], age)
            self.phases = phase_rows(as_seen(task_resource.phases(task), self._seen), age)
        self._task = task

    def text(self) -> str:
        """What the task is, what it is doing, how long each phase took, and why it stopped."""
        lines = [self.heading, self.message]
        lines += [f"  {row['name']}: {row['words']}" for row in self.phases]
        return "\n".join(lines + [line for line in (self.reason, self.clock, self.trouble) if line])

    def _refresh(self) -> float | None:
        tasks = task_reader.described(self._lab, self._task["clusterArn"], [self._task["taskArn"]])
        self.trouble = "" if tasks else GONE
        if not tasks:
            return None
        [task] = tasks
        if task.get("version") != self._task.get("version") or task["lastStatus"] != self._task["lastStatus"]:
            self._changed = self._wall()
        self.show(task)
        steady = task["lastStatus"] in STEADY
        if task["lastStatus"] == "STOPPED" or self._quiet() >= _PATIENCE[steady]:
            return None
        return self._every * (3 if steady else 1)
