"""What the questions of stage 08 ask for, read in the learner's own account."""

from collections.abc import Iterator

from ecslab.connection.connection import Connection
from ecslab.course.stages.stage_08 import rollouts
from ecslab.resources import deployment, service, task_definition
from ecslab.resources.service import service_reader


def running_revision(lab: Connection) -> Iterator[object]:
    """The revision that the service's tasks run, once the family has another one."""
    if len(task_definition.revisions(lab)) > 1:
        for arn in {task["taskDefinitionArn"] for task in service.tasks(lab)}:
            yield task_definition.revision_of(arn)
            yield arn.rsplit("/", 1)[-1]
            yield arn


def newest_deployment(lab: Connection) -> Iterator[object]:
    """The id of the service's PRIMARY deployment, or its digits, once another edition was rolled out."""
    service_now = rollouts.active(lab)
    newest = service_reader.primary(service_now) if service_now else None
    if service_now and newest and not rollouts.is_first(lab, rollouts.image_of(lab, service_now)):
        yield newest["id"]
        yield newest["id"].partition("/")[2]


def threshold(lab: Connection) -> Iterator[object]:
    """How many failed tasks end a deployment of the service, as ECS worked it out; none without a breaker."""
    service_now = rollouts.active(lab)
    if not service_now or not service_reader.circuit_breaker_of(service_now)["enable"]:
        return
    for past in deployment.past(lab, service_now)[:1]:
        arns = [past["serviceDeploymentArn"]]
        described = lab.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        yield from (each["deploymentCircuitBreaker"]["threshold"] for each in described)


def recorded_digest(lab: Connection) -> Iterator[object]:
    """The digest that ECS recorded for the service's first deployment: whole, or as `history` shows it."""
    service_now = rollouts.active(lab)
    for past in deployment.past(lab, service_now)[-1:] if service_now else ():
        if past["imageDigest"]:
            yield past["imageDigest"]
            yield past["imageDigest"].partition(":")[2]
            yield deployment.short_digest(past["imageDigest"])
            yield deployment.short_digest(past["imageDigest"]).partition(":")[2]
