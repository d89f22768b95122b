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
    found = rollouts.active(lab)
    newest = service_reader.primary(found) if found else None
    if found and newest and not rollouts.is_first(lab, rollouts.image_of(lab, found)):
        yield newest["id"]
        yield newest["id"].partition("/")[2]


def threshold(lab: Connection) -> Iterator[object]:
    """How many failed tasks end a deployment of the service, as ECS worked it out; none without a breaker."""
    found = rollouts.active(lab)
    if not found or not service_reader.circuit_breaker_of(found)["enable"]:
        return
    for past in deployment.past(lab, found)[:1]:
        arns = [past["serviceDeploymentArn"]]
        described = lab.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        yield from (each["deploymentCircuitBreaker"]["threshold"] for each in described)


def recorded_digest(lab: Connection) -> Iterator[object]:
    """The digest that ECS recorded for the service's first deployment: whole, or as `history` shows it."""
    found = rollouts.active(lab)
    for past in deployment.past(lab, found)[-1:] if found else ():
        if past["imageDigest"]:
            yield past["imageDigest"]
            yield past["imageDigest"].partition(":")[2]
            yield deployment.short_digest(past["imageDigest"])
            yield deployment.short_digest(past["imageDigest"]).partition(":")[2]
