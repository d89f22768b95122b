"""What goes on inside one task: in which order its containers start, and what they end with. Stage 09.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import StillWaiting, TaskNeverRan
from ecslab.resources import task_definition
from ecslab.resources.task import describe, explain, log_lines, wait_until_running
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerTypeDef, TaskTypeDef


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


@dataclass(frozen=True, repr=False)
class History(ShownAsTable):
    """What was seen, in order; shows itself as a table."""

    moments: tuple[Moment, ...]

    def _table(self) -> Table:
        rows = tuple((f"{moment.seconds:.0f} s", moment.container, moment.words) for moment in self.moments)
        return Table("", ("after", "container", "is"), rows)

    def first(self, container: str, status: str = "RUNNING", health: str | None = None) -> float | None:
        """When a container was first seen so, in seconds; None if it was not."""
        return next(
            (
                moment.seconds
                for moment in self.moments
                if (moment.container, moment.status) == (container, status)
                and health in (None, moment.health)
            ),
            None,
        )


def watch(lab: Connection, task: TaskTypeDef, limit: float = 600) -> History:
    """Wait until the task is RUNNING and its health checks have told, or it has ended; note each change.

    Args:
        task: from `task.run`.
        limit: seconds at most; a health that is not known by then stays UNKNOWN.

    Raises:
        TaskNeverRan: it stopped before it ran, or it still does not run after `limit`; with the cause.
    """
    moments: list[Moment] = []
    seen = task

    def look() -> bool:
        nonlocal seen
        seen = describe(lab, task)
        now = lab.now() - began
        for container in sorted(seen["containers"], key=lambda each: each["name"]):
            _note(moments, now, container)
        if seen["lastStatus"] == "STOPPED" and "startedAt" not in seen:
            raise TaskNeverRan(seen, lab.now() - began, explain(lab, seen))
        # DescribeTasks tells a health some 15 seconds after what depends on it has gone on.
        running = seen["lastStatus"] == "RUNNING"
        return seen["lastStatus"] == "STOPPED" or (running and _settled(seen, checked))

    began, checked = lab.now(), _checked(lab, task)
    try:
        lab.wait(look, f"the containers of task {short_id(task)}", limit)
    except StillWaiting:
        if seen["lastStatus"] != "RUNNING":
            raise TaskNeverRan(seen, lab.now() - began, explain(lab, seen)) from None
    return History(tuple(moments))


def _checked(lab: Connection, task: TaskTypeDef) -> set[str]:
    """The task's containers that have a health check."""
    definition = task_definition.find(lab, task["taskDefinitionArn"])
    containers = definition["containerDefinitions"] if definition else []
    return {each["name"] for each in containers if "healthCheck" in each}


def _settled(task: TaskTypeDef, checked: set[str]) -> bool:
    """Whether of each `checked` container that runs the health is shown."""
    return not any(
        each["name"] in checked
        and each["lastStatus"] == "RUNNING"
        and each.get("healthStatus", "UNKNOWN") == "UNKNOWN"
        for each in task["containers"]
    )


def ended(lab: Connection, task: TaskTypeDef, limit: float = 600) -> TaskTypeDef:
    """Wait until the task is STOPPED; the task as DescribeTasks shows it, exit codes included."""

    def look() -> TaskTypeDef | None:
        seen = describe(lab, task)
        return seen if seen["lastStatus"] == "STOPPED" else None

    return lab.wait(look, f"task {short_id(task)} to end", limit)


def healthy(lab: Connection, task: TaskTypeDef, limit: float = 600) -> TaskTypeDef:
    """Wait until the task's own health is HEALTHY: that of all its essential containers.

    Raises:
        TaskNeverRan: it stopped first.
        StillWaiting: it is not HEALTHY after `limit` seconds.
    """
    wait_until_running(lab, task, limit)

    def look() -> TaskTypeDef | None:
        seen = describe(lab, task)
        return seen if seen["healthStatus"] == "HEALTHY" else None

    return lab.wait(look, f"task {short_id(task)} to be HEALTHY", limit)


def _note(moments: list[Moment], now: float, container: ContainerTypeDef) -> None:
    """Add a moment if the container's state is not the one it was last seen in."""
    health = container.get("healthStatus", "UNKNOWN")
    moment = Moment(
        round(now, 1), container["name"], container["lastStatus"], health, container.get("exitCode")
    )
    last = next((each for each in reversed(moments) if each.container == moment.container), None)
    if last is None or last.words != moment.words:
        moments.append(moment)


def table(lab: Connection, task: TaskTypeDef) -> Table:
    """The task's containers as they are now: status, health, exit code, and whether the task needs them."""
    seen = describe(lab, task)
    definition = task_definition.find(lab, seen["taskDefinitionArn"])
    definitions = definition["containerDefinitions"] if definition else []
    essential = {each["name"] for each in definitions if each.get("essential", True)}
    rows = tuple(
        (
            container["name"],
            container["image"],
            container["lastStatus"],
            container.get("healthStatus", "UNKNOWN"),
            str(container.get("exitCode", "")),
            "yes" if container["name"] in essential else "no",
        )
        for container in sorted(seen["containers"], key=lambda each: each["name"])
    )
    return Table("", ("container", "image", "status", "health", "exit code", "essential"), rows)


def logs(lab: Connection, task: TaskTypeDef) -> Table:
    """What each container printed, with its name: each has a log stream of its own.

    A container whose definition has no `logConfiguration` has none: what it prints is kept nowhere.
    """
    printed = log_lines.by_container(lab, task)
    names = sorted(container["name"] for container in describe(lab, task)["containers"])
    rows = tuple(
        (name, line)
        for name in names
        for line in printed.get(name, ["(kept nowhere: the container has no logConfiguration)"])
        or ["(nothing yet)"]
    )
    return Table("", ("container", "what it printed"), rows)
