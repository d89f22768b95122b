"""The exercises of stage 09: a health check for the web server too, and a sidecar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.course.stages.stage_09 import guestbook
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.operations import guestbook as shared
from ecslab.resources import task_definition
from ecslab.resources.task import log_lines, task_reader
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef, TaskTypeDef

_THREE = ("database", "writer", "web")


_ITSELF = ("localhost", "127.0.0.1", "[::1]")


_STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")


def whole(lab: Connection) -> Verdict:
    """Exercise: the task's own health is HEALTHY, because every essential container is asked."""
    family = lab.name(shared.CHECKED)
    ours = _running(lab, family)
    for task, definition in ours:
        name, web = f"Task {short_id(task)}", guestbook.container(definition, "web")
        check, health = web.get("healthCheck"), _health(task, "web")
        if check and health == "HEALTHY" and not any(itself in str(check["command"]) for itself in _ITSELF):
            return verdicts.wrong("09.asks-nobody", command=check["command"][-1])
        if check and health == "HEALTHY" and task["healthStatus"] == "HEALTHY":
            return done(f"{name} is HEALTHY, `web` included.")
        if check and health == "UNHEALTHY" and (program := _lacks(web)):
            return verdicts.wrong("09.not-in-image", program=program, image=web["image"].rpartition("/")[2])
        if health == "UNHEALTHY":
            return wrong("`web` is asked, and does not answer as it should: it is UNHEALTHY.")
        if check:
            return not_yet(f"{name}'s `web` was not asked often enough yet.")
    if ours and guestbook.container(ours[0][1], "writer").get("healthCheck"):
        return verdicts.wrong("09.writer-asked")
    if left := _not_running(
        lab, family, lambda definition: bool(guestbook.container(definition, "web").get("healthCheck"))
    ):
        return left
    if not ours:
        return not_yet(f"No task of `{family}` is RUNNING.")
    first = short_id(ours[0][0])
    return not_yet(f"Task {first}'s `web` has no health check: its health is UNKNOWN.")


def _lacks(web: ContainerDefinitionOutputTypeDef) -> str | None:
    """The program that the health check runs and its image, one of the lesson's, does not have."""
    command = str(web["healthCheck"]["command"][-1])
    name, _, tag = web["image"].rpartition("/")[2].partition(":")
    if name != "httpd":
        return None
    lacking = ("curl",) if "alpine" in tag else ("curl", "wget")
    return next((program for program in lacking if program in command), None)


def beside(lab: Connection) -> Verdict:
    """Exercise: a sidecar that the task can do without, and whose log shows what it asked."""
    family = lab.name(shared.WATCHED)
    for task, definition in _running(lab, family):
        extra = _extra(definition)
        if not extra:
            continue
        missing = [name for name in _THREE if not guestbook.container(definition, name)]
        if missing:
            return verdicts.wrong("09.in-place", name=extra["name"], missing=missing[0])
        if extra.get("essential", True):
            return verdicts.wrong("09.essential", name=extra["name"])
        return _watches(lab, task, extra)
    left = _not_running(lab, family, lambda definition: bool(_extra(definition)))
    return left or not_yet(f"No task of `{family}` with a fourth container is RUNNING.")


def _watches(lab: Connection, task: TaskTypeDef, extra: ContainerDefinitionOutputTypeDef) -> Verdict:
    """What the sidecar did: whether it runs, and what stands in its log."""
    name, short = extra["name"], short_id(task)
    now = next(container for container in task["containers"] if container["name"] == name)
    if now["lastStatus"] == "STOPPED":
        return verdicts.wrong("09.sidecar-ended", name=name, code=now.get("exitCode"))
    if "logConfiguration" not in extra:
        return verdicts.wrong("09.sidecar-unread", name=name)
    printed = log_lines.by_container(lab, task).get(name, [])
    if any("PONG" in line for line in printed):
        return verdicts.done("09.beside", name=name, task=short)
    if printed:
        return verdicts.wrong("09.sidecar-no-answer", name=name, line=printed[-1])
    if "redis-cli" in " ".join(extra.get("command", [])):
        return verdicts.not_yet("09.sidecar-silent", name=name)
    return verdicts.wrong("09.sidecar-asks-nobody", name=name)


def _not_running(
    lab: Connection, family: str, fits: Callable[[TaskDefinitionTypeDef], bool]
) -> Verdict | None:
    """What became of the newest revision, if it is what the exercise asks for and no task of it runs."""
    definition = task_definition.find(lab, family)
    if not definition or definition["status"] != "ACTIVE" or not fits(definition):
        return None
    arn = definition["taskDefinitionArn"]
    tasks = [
        task for task in task_reader.of_cluster(lab, lab.names.cluster) if task["taskDefinitionArn"] == arn
    ]
    if not tasks:
        named = f"`{definition['family']}:{definition['revision']}`"
        return wrong(f"{named} is as the exercise asks, but it was only registered: no task of it was run.")
    name = f"Task {short_id(tasks[0])}"
    if tasks[0]["lastStatus"] in _STARTING:
        return not_yet(f"{name} is {tasks[0]['lastStatus']}: it is on its way.")
    reason, meaning = stopped_task.why(tasks[0])
    if tasks[0]["lastStatus"] != "STOPPED" or stopped_task.stopped_by_hand(tasks[0]):
        return verdicts.wrong("09.stopped-again", name=name, reason=reason)
    return wrong(f"{name} stopped: {reason}. {meaning}".replace("..", ".").rstrip(), meaning)


def _running(lab: Connection, family: str) -> list[tuple[TaskTypeDef, TaskDefinitionTypeDef]]:
    """The family's tasks that are RUNNING, newest first, each with its definition."""
    tasks = task_reader.of_cluster(lab, lab.names.cluster)
    ours = [t for t in tasks if task_family(t) == family and t["lastStatus"] == "RUNNING"]
    return [(task, task_definition.find(lab, str(task["taskDefinitionArn"])) or {}) for task in ours]


def _extra(definition: TaskDefinitionTypeDef) -> ContainerDefinitionOutputTypeDef | None:
    return next(
        (container for container in definition["containerDefinitions"] if container["name"] not in _THREE),
        None,
    )


def _health(task: TaskTypeDef, name: str) -> str:
    containers = [container for container in task["containers"] if container["name"] == name]
    return str(containers[0].get("healthStatus", "UNKNOWN")) if containers else "UNKNOWN"
