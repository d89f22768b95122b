"""Looking at a service's deployments, by calls that read: which image it runs, how the rollout goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.display.verdict import Verdict, not_yet, wrong
from ecslab.resources import task_definition
from ecslab.resources.deployment.rollout_plan import Limits
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskDefinitionTypeDef

SERVING = "The old tasks go on serving meanwhile."


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


def active(lab: Connection) -> ServiceTypeDef | None:
    """The lesson's service, while it is ACTIVE."""
    return service_reader.find(lab)


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
        return wrong(
            f"The desired count of `{name}` is 0: its rollout is COMPLETED with no task at all.",
            "`ecslab.service.scale(lab, 2)`.",
        )
    if state == "FAILED":
        return wrong(
            f"The deployment of {which} FAILED ({newest.get('rolloutStateReason')}). Nobody starts more of "
            "its tasks, and nobody brings the old revision back.",
            "Roll out a revision that works: `ecslab.deployment.roll_back(lab)`.",
        )
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
    return wrong(
        f"{text}Nothing ends this: the circuit breaker is off.".replace("..", ".").replace("  ", " "),
        f"`ecslab.deployment.roll_back(lab)` brings the old revision back. {SERVING}",
    )


def _stuck(service: ServiceTypeDef) -> Verdict | None:
    bounds = limits(service)
    if not bounds.stuck:
        return None
    return wrong(
        f"The rollout cannot move: {bounds}.",
        "`ecslab.deployment.set_limits(lab, 100, 200)`: let it start a task before it stops one.",
    )


def _moving(service: ServiceTypeDef) -> Verdict:
    newest, *others = service["deployments"]
    old = sum(deployment["runningCount"] for deployment in others)
    return not_yet(
        f"The rollout of {number(newest['taskDefinition'])} is {newest.get('rolloutState', 'IN_PROGRESS')}: "
        f"{newest['runningCount']} of {service['desiredCount']} new tasks run, and {old} old."
    )
