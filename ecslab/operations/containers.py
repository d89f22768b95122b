"""What goes on inside one task: in which order its containers start, and what they end with. Stage 09.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
"""

from dataclasses import dataclass
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.errors import StillWaiting, TaskNeverRan
from ecslab.resources import task, task_definition


@dataclass(frozen=True)
class Moment:
    """One container seen in a new state.

    Attributes:
        seconds: after the watching began.
        container: its name.
        status: its `lastStatus`.
        health: its `healthStatus`; UNKNOWN without a health check.
        exit_code: once it has ended.
    """

    seconds: float
    container: str
    status: str
    health: str
    exit_code: int | None

    @property
    def words(self) -> str:
        """The state as one reads it aloud."""
        if self.exit_code is not None:
            return f"{self.status}, exit code {self.exit_code}"
        return self.status if self.health == "UNKNOWN" else f"{self.status}, {self.health}"


@dataclass(frozen=True)
class History:
    """What was seen, in order; shows itself as a table."""

    moments: tuple[Moment, ...]

    def _table(self) -> Table:
        rows = tuple((f"{one.seconds:.0f} s", one.container, one.words) for one in self.moments)
        return Table("", ("after", "container", "is"), rows)

    def first(self, container: str, status: str = "RUNNING", health: str | None = None) -> float | None:
        """When a container was first seen so, in seconds; None if it was not."""
        return next(
            (
                one.seconds
                for one in self.moments
                if (one.container, one.status) == (container, status) and health in (None, one.health)
            ),
            None,
        )

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


def watch(lab: Connection, one: dict[str, Any], limit: float = 600) -> History:
    """Wait until the task is RUNNING, or every container has ended, and note each change on the way.

    Args:
        lab: from `ecslab.connect()`.
        one: from `task.run`.
        limit: seconds at most.

    Raises:
        TaskNeverRan: it stopped before it ran, or it still does not run after `limit`; with the cause.
    """
    moments: list[Moment] = []
    seen = one

    def look() -> bool:
        nonlocal seen
        seen = task.describe(lab, one)
        now = lab.now() - began
        for container in sorted(seen["containers"], key=lambda each: str(each["name"])):
            _note(moments, now, container)
        if seen["lastStatus"] == "STOPPED" and "startedAt" not in seen:
            raise TaskNeverRan(seen, lab.now() - began, task.explain(lab, seen))
        return seen["lastStatus"] in ("RUNNING", "STOPPED")

    began = lab.now()
    try:
        lab.wait(look, f"the containers of task {task.task_id(one)[:8]}", limit)
    except StillWaiting:
        raise TaskNeverRan(seen, lab.now() - began, task.explain(lab, seen)) from None
    return History(tuple(moments))


def ended(lab: Connection, one: dict[str, Any], limit: float = 600) -> dict[str, Any]:
    """Wait until the task is STOPPED; the task as DescribeTasks shows it, exit codes included."""

    def look() -> dict[str, Any] | None:
        seen = task.describe(lab, one)
        return seen if seen["lastStatus"] == "STOPPED" else None

    return lab.wait(look, f"task {task.task_id(one)[:8]} to end", limit)


def healthy(lab: Connection, one: dict[str, Any], limit: float = 600) -> dict[str, Any]:
    """Wait until the task's own health is HEALTHY: that of all its essential containers.

    Raises:
        TaskNeverRan: it stopped first.
        StillWaiting: it is not HEALTHY after `limit` seconds.
    """
    task.wait_until_running(lab, one, limit)

    def look() -> dict[str, Any] | None:
        seen = task.describe(lab, one)
        return seen if seen["healthStatus"] == "HEALTHY" else None

    return lab.wait(look, f"task {task.task_id(one)[:8]} to be HEALTHY", limit)


def _note(moments: list[Moment], now: float, container: dict[str, Any]) -> None:
    """Add a moment if the container's state is not the one it was last seen in."""
    fresh = Moment(
        round(now, 1),
        str(container["name"]),
        str(container["lastStatus"]),
        str(container.get("healthStatus", "UNKNOWN")),
        container.get("exitCode"),
    )
    last = next((m for m in reversed(moments) if m.container == fresh.container), None)
    if last is None or last.words != fresh.words:
        moments.append(fresh)


def table(lab: Connection, one: dict[str, Any]) -> Table:
    """The task's containers as they are now: status, health, exit code, and whether the task needs them."""
    seen = task.describe(lab, one)
    definition = task_definition.find(lab, seen["taskDefinitionArn"]) or {}
    needed = {
        each["name"]: each.get("essential", True) for each in definition.get("containerDefinitions", [])
    }
    rows = tuple(
        (
            str(each["name"]),
            str(each["image"]),
            str(each["lastStatus"]),
            str(each.get("healthStatus", "UNKNOWN")),
            str(each.get("exitCode", "")),
            "yes" if needed.get(each["name"]) else "no",
        )
        for each in sorted(seen["containers"], key=lambda each: str(each["name"]))
    )
    return Table("", ("container", "image", "status", "health", "exit code", "essential"), rows)
