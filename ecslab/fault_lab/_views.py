"""What is shown of a fault: symptoms as AWS's calls give them, and the list of causes."""

import html
from dataclasses import dataclass
from typing import Any

from ecslab.display.tables import Table
from ecslab.display.verdict import Verdict
from ecslab.fault_lab._scene import Scene

Facts = dict[str, Any]
LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Text:
    """Words that show themselves without quotation marks."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text.replace("\n", "  \n")


class Judged(Verdict):
    """A verdict with the score on a line of its own."""

    def _repr_markdown_(self) -> str:
        return super()._repr_markdown_().replace("\n", "  \n")


@dataclass(frozen=True)
class Symptoms:
    """Several tables, each under the call that gives it."""

    tables: tuple[Table, ...]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.tables))

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self.tables)


@dataclass(frozen=True)
class Causes:
    """The causes to choose from, by letter."""

    rows: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "\n".join(f"{letter})  {text}" for letter, text in self.rows)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(text)}</li>" for _, text in self.rows)
        return f"<ol type='a' style='text-align:left'>{items}</ol>"


def symptoms(scene: Scene) -> Symptoms:
    """Service, tasks, events and targets, and what a visitor gets."""
    tables = [_service(scene), _tasks(scene), _events(scene)]
    if scene.balancer:
        tables.append(_targets(scene))
    tables.append(Table("A visitor", ("goes to", "gets"), ((scene.address or "(nowhere)", scene.visit),)))
    return Symptoms(tuple(tables))


def _service(scene: Scene) -> Table:
    head = ("deployment", "definition", "desired", "pending", "running", "failed", "rolloutState")
    rows = tuple(
        (
            one["status"],
            one["taskDefinition"].rsplit("/", 1)[-1],
            *(str(one[key]) for key in ("desiredCount", "pendingCount", "runningCount", "failedTasks")),
            one.get("rolloutState", ""),
        )
        for one in scene.deployments
    )
    return Table("aws ecs describe-services: deployments", head, rows)


def _tasks(scene: Scene) -> Table:
    head = ("task", "lastStatus", "stopCode", "containers", "stoppedReason")
    rows = tuple(
        (
            task["taskArn"].rsplit("/", 1)[-1][:8],
            task["lastStatus"],
            task.get("stopCode", ""),
            "; ".join(_container(one) for one in task["containers"]),
            task.get("stoppedReason", ""),
        )
        for task in (*scene.tasks, *scene.stopped)[:4]
    )
    return Table("aws ecs describe-tasks (the newest)", head, rows)


def _container(container: Facts) -> str:
    parts = [f"{container['name']} {container['lastStatus']}"]
    if "exitCode" in container:
        parts.append(f"exitCode {container['exitCode']}")
    if container.get("reason"):
        parts.append(container["reason"])
    return ", ".join(parts)


def _events(scene: Scene) -> Table:
    rows = tuple((message,) for message in scene.events[:6])
    return Table("aws ecs describe-services: events, the newest first", ("message",), rows)


def _targets(scene: Scene) -> Table:
    rows = tuple(
        (
            f"{one['Target']['Id']}:{one['Target']['Port']}",
            one["TargetHealth"]["State"],
            one["TargetHealth"].get("Reason", ""),
            one["TargetHealth"].get("Description", ""),
        )
        for one in scene.targets
    )
    return Table("aws elbv2 describe-target-health", ("target", "State", "Reason", "Description"), rows)
