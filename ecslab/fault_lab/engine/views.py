"""What is shown of a fault: symptoms as AWS's calls give them, and the list of causes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from ecslab.display.markup import html, joined, markdown, markdown_code, markdown_lines
from ecslab.display.printable import printable
from ecslab.display.tables import Table
from ecslab.display.verdict import Verdict
from ecslab.fault_lab.engine.application import Application

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerTypeDef, DeploymentTypeDef

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Text:
    """Words that show themselves without quotation marks, and maybe code below them."""

    text: str
    code: str = ""

    def __repr__(self) -> str:
        return printable("\n\n".join(filter(None, [self.text, self.code])))

    def _repr_markdown_(self) -> str:
        code = f"\n\n{markdown_code(self.code, 'python')}" if self.code else ""
        return markdown_lines(self.text) + code


class Judged(Verdict):
    """A verdict with the score on a line of its own."""

    def _repr_markdown_(self) -> str:
        return markdown("**{}.** ", self.outcome.value) + markdown_lines(self.text)


@dataclass(frozen=True)
class Symptoms:
    """Several tables, each under the call that gives it."""

    tables: tuple[Table, ...]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.tables))

    def _repr_html_(self) -> Markup:
        return joined(table._repr_html_() for table in self.tables)


@dataclass(frozen=True)
class Causes:
    """The causes to choose from, by letter."""

    rows: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return printable("\n".join(f"{letter})  {text}" for letter, text in self.rows))

    def _repr_html_(self) -> Markup:
        items = joined(html("<li>{}</li>", text) for _, text in self.rows)
        return html("<ol type='a' style='text-align:left'>{}</ol>", items)


def symptoms(app: Application) -> Symptoms:
    """Service, tasks, events and targets, and what a visitor gets."""
    tables = [_service(app), _tasks(app), _events(app)]
    if app.load_balancer:
        tables.append(_targets(app))
    tables.append(Table("A visitor", ("goes to", "gets"), ((app.address or "(nowhere)", app.visit),)))
    return Symptoms(tuple(tables))


def _service(app: Application) -> Table:
    head = ("deployment", "definition", "desired", "pending", "running", "failed", "rolloutState")
    return Table("aws ecs describe-services: deployments", head, tuple(map(_deployment, app.deployments)))


def _deployment(deployment: "DeploymentTypeDef") -> tuple[str, ...]:
    counts = (deployment[c] for c in ("desiredCount", "pendingCount", "runningCount", "failedTasks"))
    return (
        deployment["status"],
        deployment["taskDefinition"].rsplit("/", 1)[-1],
        *map(str, counts),
        deployment.get("rolloutState", ""),
    )


def _tasks(app: Application) -> Table:
    head = ("task", "lastStatus", "stopCode", "containers", "stoppedReason")
    rows = tuple(
        (
            task["taskArn"].rsplit("/", 1)[-1][:8],
            task["lastStatus"],
            task.get("stopCode", ""),
            "; ".join(_container(each) for each in task["containers"]),
            task.get("stoppedReason", ""),
        )
        for task in (*app.tasks, *app.stopped_tasks)[:4]
    )
    return Table("aws ecs describe-tasks (the newest)", head, rows)


def _container(container: "ContainerTypeDef") -> str:
    parts = [f"{container['name']} {container['lastStatus']}"]
    if "exitCode" in container:
        parts.append(f"exitCode {container['exitCode']}")
    if container.get("reason"):
        parts.append(container["reason"])
    return ", ".join(parts)


def _events(app: Application) -> Table:
    rows = tuple((message,) for message in app.events[:6])
    return Table("aws ecs describe-services: events, the newest first", ("message",), rows)


def _targets(app: Application) -> Table:
    rows = tuple(
        (
            f"{target['Target']['Id']}:{target['Target']['Port']}",
            target["TargetHealth"]["State"],
            target["TargetHealth"].get("Reason", ""),
            target["TargetHealth"].get("Description", ""),
        )
        for target in app.targets
    )
    return Table("aws elbv2 describe-target-health", ("target", "State", "Reason", "Description"), rows)
