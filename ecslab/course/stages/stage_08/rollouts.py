"""Looking at a service's deployments, by calls that read: which image it runs, how the rollout goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.display.verdict import Verdict, not_yet, wrong
from ecslab.resources import task_definition
from ecslab.resources.deployment.rollout_plan import Limits
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskDefinitionTypeDef

SERVING = "The old tasks go on answering meanwhile."


def image(lab: Connection, definition: TaskDefinitionTypeDef) -> str:
    """The image of the lesson's container: `adgu/web:latest`, `adgu/web@sha256:…`, without the registry."""
    containers = definition["containerDefinitions"]
    ours = next(
        (container for container in containers if container["name"] == lab.names.container), containers[0]
    )
    reference = str(ours["image"]).removeprefix(f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/")
    return reference if ":" in reference.rsplit("/", 1)[-1] else f"{reference}:latest"


def is_first(lab: Connection, reference: str) -> bool:
    """Whether it is the image that notebook 03 registered: the lesson's repository with the tag `latest`."""
    return reference == f"{lab.names.repository}:latest"


def number(arn: str) -> str:
    """`revision 2`."""
    return f"revision {task_definition.revision_of(arn)}"


def image_of(lab: Connection, service: ServiceTypeDef) -> str:
    """The image of the revision that a service is to run; "" where that cannot be found."""
    runs = task_definition.find(lab, service["taskDefinition"])
    return image(lab, runs) if runs else ""


def active(lab: Connection, name: str | None = None) -> ServiceTypeDef | None:
    """The lesson's service, or the one of that name, while it is ACTIVE."""
    return service_reader.find(lab, name)


def missing(lab: Connection) -> Verdict:
    """What is said where there is no service."""
    return not_yet(f"There is no service `{lab.names.service}`: stage 06 makes it.")


def limits(service: ServiceTypeDef) -> Limits:
    """What the service's deployments keep to."""
    configuration = service["deploymentConfiguration"]
    return Limits(
        service["desiredCount"], configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    )


def unfinished(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """What is to be said of a rollout that is not COMPLETED; None if it is, with all its tasks."""
    name, newest = service["serviceName"], service["deployments"][0]
    which, state = number(newest["taskDefinition"]), newest.get("rolloutState", "COMPLETED")
    if service["desiredCount"] == 0:
        return verdicts.wrong("08.desired-zero", name=name)
    if state == "FAILED":
        return verdicts.wrong("08.deployment-failed", which=which, reason=newest.get("rolloutStateReason"))
    if state == "IN_PROGRESS":
        return failing(lab, service) or _stuck(service) or _moving(service)
    if len(service["deployments"]) > 1 or newest["runningCount"] < service["desiredCount"]:
        return _moving(service)
    return None


def failing(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """What is said while the tasks of the newest deployment keep failing; None if they do not."""
    newest = service["deployments"][0]
    if not newest.get("failedTasks"):
        return None
    everything = task_reader.of_cluster(lab, lab.names.cluster)
    ours = [task for task in everything if task["taskDefinitionArn"] == newest["taskDefinition"]]
    last = lesson_service.last_failed(ours, service)
    reason, meaning = stopped_task.why(last) if last else ("see the service's events", "")
    text = (
        f"Tasks of {number(newest['taskDefinition'])} keep failing, {newest['failedTasks']} by now: "
        f"{reason}. {meaning} "
    )
    if service_reader.circuit_breaker_of(service).get("enable"):
        return not_yet(f"{text}The circuit breaker counts.".replace("..", ".").replace("  ", " "))
    name = service["serviceName"]
    which = "lab" if name == lab.names.service else f"lab, '{name}'"
    return wrong(
        f"{text}Nothing ends this: the circuit breaker is off.".replace("..", ".").replace("  ", " "),
        f"`ecslab.deployment.roll_back({which})` brings the old revision back. {SERVING}",
    )


def _stuck(service: ServiceTypeDef) -> Verdict | None:
    bounds = limits(service)
    if not bounds.stuck:
        return None
    return verdicts.wrong("08.rollout-stuck", bounds=bounds)


def _moving(service: ServiceTypeDef) -> Verdict:
    newest, *others = service["deployments"]
    old = sum(deployment["runningCount"] for deployment in others)
    return verdicts.not_yet(
        "08.rollout-moving",
        which=number(newest["taskDefinition"]),
        state=newest.get("rolloutState", "IN_PROGRESS"),
        running_count=newest["runningCount"],
        desired_count=service["desiredCount"],
        old=old,
    )
