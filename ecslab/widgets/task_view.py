"""A task, live: its way through the lifecycle, and a timeline of its phases."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import traitlets
from botocore.exceptions import BotoCoreError, ClientError

from ecslab.connection.connection import Connection
from ecslab.errors import EcslabError
from ecslab.resources import task as stage
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.task_rows import STEADY, heading, message, phase_rows, reason, step_rows
from ecslab.widgets.view import HERE, View

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_EVERY: Final = {"sandbox": 0.3, "aws": 2.0}
"""Seconds of wall time between two looks."""
_PATIENCE: Final = {True: 60.0, False: 900.0}
"""Seconds of wall time without news after which a steady, or a changing, task is no longer watched."""
_FAILURES: Final = 3
"""Looks in a row that may fail."""
GONE: Final = "ECS no longer shows this task; it keeps stopped tasks for about an hour."


class TaskView(View):
    """Follow one task through its lifecycle.

    Args:
        lab: where the task is.
        task: as RunTask or DescribeTasks gave it.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.

    It follows the task until it has STOPPED, or until nothing has changed for a minute; a button then looks
    again. Its own looks are not among `lab.calls()`.
    """

    _esm = HERE / "task_view.js"
    heading = traitlets.Unicode().tag(sync=True)
    steps = traitlets.List(traitlets.Dict()).tag(sync=True)
    phases = traitlets.List(traitlets.Dict()).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    reason = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    pace = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, lab: Connection, task: TaskTypeDef, feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        super().__init__()
        self._ecs, self._every, self._wall = lab.unrecorded().ecs, _EVERY[lab.where], wall
        self._task, self._changed, self._failures = task, wall(), 0
        self._feeder, self.pace = feeder(), pace(lab)
        self.show(task)
        self.observe(self._watch, names=["asked"])
        self._watch()

    def show(self, task: TaskTypeDef) -> None:
        """Draw `task` as it is given here."""
        with self.hold_sync():
            self.heading, self.steps = heading(task), step_rows(task)
            self.phases = phase_rows(stage.phases(task))
            self.message, self.reason = message(task), reason(task)
        self._task = task

    def text(self) -> str:
        """What the task is, what it is doing, how long each phase took, and why it stopped."""
        lines = [self.heading, self.message]
        lines += [f"  {row['name']}: {row['words']}" for row in self.phases]
        return "\n".join(lines + [line for line in (self.reason, self.pace, self.trouble) if line])

    def close(self) -> None:
        """Stop following, and remove the view."""
        self._feeder.stop()
        super().close()

    def _watch(self, _: object = None) -> None:
        self._changed, self._failures = self._wall(), 0
        self.live, self.trouble = True, ""
        self._feeder.start(self._look)

    def _look(self) -> float | None:
        """One look at the task; how long to wait for the next, or None when there is nothing left to see."""
        try:
            task = self._described()
        except (BotoCoreError, ClientError, EcslabError, OSError) as error:
            return self._failed(error)
        self._failures, self.trouble = 0, ""
        if task is None:
            self.trouble, self.live = GONE, False
            return None
        if task.get("version") != self._task.get("version") or task["lastStatus"] != self._task["lastStatus"]:
            self._changed = self._wall()
            self.show(task)
        steady = task["lastStatus"] in STEADY
        self.live = task["lastStatus"] != "STOPPED" and self._wall() - self._changed < _PATIENCE[steady]
        return self._every * (3 if steady else 1) if self.live else None

    def _described(self) -> TaskTypeDef | None:
        arn, cluster = self._task["taskArn"], self._task["clusterArn"]
        tasks = self._ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
        return tasks[0] if tasks else None

    def _failed(self, error: Exception) -> float | None:
        self._failures += 1
        self.trouble = f"Cannot see the task at the moment: {error}"
        self.live = self._failures < _FAILURES
        return self._every * 3 if self.live else None


def pace(lab: Connection) -> str:
    """How fast the sandbox's time passes, where it passes by itself."""
    clock = lab.control("status")["clock"] if lab.where == "sandbox" else {}
    if clock.get("mode") != "paced" or clock["speed"] == 1:
        return ""
    return f"Here a task comes up {clock['speed']:g} times as fast as on AWS."
