"""What a guestbook's definition and its containers show: the flaws that a check names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.display.verdict import Verdict, wrong
from ecslab.resources import task_definition
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef, TaskTypeDef

_PLAIN = ("PASSWORD", "SECRET", "TOKEN")


def container(definition: TaskDefinitionTypeDef, name: str) -> ContainerDefinitionOutputTypeDef:
    """A container definition by its name; an empty one if there is none."""
    return task_definition.container(definition, name) or cast("ContainerDefinitionOutputTypeDef", {})


def revision(task: TaskTypeDef) -> str:
    """`adgu-guestbook:1`, as code."""
    return f"`{str(task['taskDefinitionArn']).rsplit('/', 1)[-1]}`"


def flaw(definition: TaskDefinitionTypeDef) -> str | None:
    """What keeps the definition from being the lesson's, or None."""
    names = [str(container["name"]) for container in definition["containerDefinitions"]]
    missing = [name for name in ("database", "writer", "web") if name not in names]
    if missing:
        return f"its containers are {', '.join(names)}; `{missing[0]}` is missing."
    for container in definition["containerDefinitions"]:
        for variable in container.get("environment", []):
            if any(word in variable["name"].upper() for word in _PLAIN):
                return (
                    f"`{variable['name']}` of `{container['name']}` stands in `environment`, where everybody "
                    "reads it who may describe the definition. It belongs into `secrets`."
                )
    if not any(container.get("secrets") for container in definition["containerDefinitions"]):
        return "no container is given the secret."
    return _waits(definition) or _shares(definition)


def _waits(definition: TaskDefinitionTypeDef) -> str | None:
    conditions = {
        each["containerName"]: each["condition"] for each in container(definition, "web").get("dependsOn", [])
    }
    if "database" not in conditions:
        return "`web` does not wait for `database`: it has no `dependsOn` that names it."
    if conditions["database"] != "HEALTHY":
        return (
            f"`web` waits for `database` only by {conditions['database']}: a database that was started does "
            "not answer yet. The condition is HEALTHY."
        )
    return None


def _shares(definition: TaskDefinitionTypeDef) -> str | None:
    volumes = {
        name: {mount["sourceVolume"] for mount in container(definition, name).get("mountPoints", [])}
        for name in ("writer", "web")
    }
    if not volumes["writer"] & volumes["web"]:
        return "`writer` and `web` share no volume: what the one writes, the other does not see."
    return None


def waiting(task: TaskTypeDef) -> str:
    """Which containers are not there yet, in words."""
    names = sorted(
        str(container["name"]) for container in task["containers"] if container["lastStatus"] == "PENDING"
    )
    return f"`{'`, `'.join(names)}` {'waits' if len(names) == 1 else 'wait'}" if names else "it is on its way"


def over(task: TaskTypeDef) -> Verdict:
    """What a guestbook task that ended says of itself."""
    reason, meaning = stopped_task.why(task)
    if "retrieve secret" in reason:
        return verdicts.wrong("09.secret-not-read", task=short_id(task))
    if stopped_task.stopped_by_hand(task):
        return verdicts.wrong("09.stopped-by-hand", task=short_id(task), reason=reason)
    return wrong(f"Task {short_id(task)} is STOPPED: {reason}. {meaning}".strip())
