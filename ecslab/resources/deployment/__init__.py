"""Deployments: a new revision takes the place of the old one, and nobody notices. Stage 08.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.errors import NotThere
from ecslab.resources import service, task_definition
from ecslab.resources.deployment.notice_board import notice_board
from ecslab.resources.deployment.observed_rollout import LOST, Rolled
from ecslab.resources.deployment.rollout_plan import Limits, Plan, limits, plan
from ecslab.resources.deployment.rollout_run import run
from ecslab.resources.deployment.rollout_watch import limits_of, visitor, watch
from ecslab.resources.service.service_reader import circuit_breaker_of, needed_active

__all__ = [
    "LOST", "Limits", "Plan", "Rolled", "circuit_breaker", "deployments", "events_since", "history", "limits",
    "limits_of", "notice_board", "past", "plan", "roll", "roll_back", "run", "set_limits",
    "short_digest", "visitor", "watch",
]  # fmt: skip

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DeploymentCircuitBreakerTypeDef,
        DeploymentConfigurationTypeDef,
        DeploymentTypeDef,
        ServiceDeploymentBriefTypeDef,
        ServiceRevisionTypeDef,
        ServiceTypeDef,
    )

    class PastDeployment(ServiceDeploymentBriefTypeDef):
        """As ListServiceDeployments shows it, with what is recorded of its target revision."""

        taskDefinition: str
        imageDigest: str


# Rolling ----------------------------------------------------------------------------------------------------


def roll(
    lab: Connection, definition: str | None = None, name: str | None = None, again: bool = False
) -> ServiceTypeDef:
    """Have the service run this revision from now on; its tasks are replaced by new ones, by and by.

    Args:
        definition: the ARN of a revision or a family; the lesson's family, newest revision, unless given.
        name: the lesson's service unless given.
        again: start new tasks even if the service has this revision: `forceNewDeployment`.

    Returns:
        A `service` as UpdateService shows it, which answers at once; `watch(lab)` shows what follows. If it
        has this revision already, it stays as it is.

    Raises:
        NotThere: there is no such service, or no such definition.
    """
    existing = needed_active(lab, name)
    arn = task_definition.needed_arn(lab, definition, advice="task_definition.register(lab, image)")
    if arn == existing["taskDefinition"] and not again:
        return existing
    return service.update(lab, name, taskDefinition=arn, **({"forceNewDeployment": True} if again else {}))


def roll_back(lab: Connection, name: str | None = None) -> ServiceTypeDef:
    """Return by hand: have the service run the revision that last was deployed with success before this one.

    Nothing but `roll` with an older revision: a new deployment, which looks up anew what a tag in it stands
    for. (A roll-back by ECS itself returns to the image digests that it recorded.)

    Raises:
        NotThere: there is no such service, or no other revision ever was deployed with success.
    """
    existing = needed_active(lab, name)
    for deployment in past(lab, existing):
        revision = deployment["taskDefinition"]
        if deployment["status"] == "SUCCESSFUL" and revision != existing["taskDefinition"]:
            return roll(lab, revision, name)
    raise NotThere(
        f"service {existing['serviceName']} was never deployed with another revision than "
        f"{_revision(existing['taskDefinition'])}.\n"
        "  next: deployment.roll(lab, definition) with the one you want"
    )


# What it keeps to -------------------------------------------------------------------------------------------


def set_limits(lab: Connection, minimum: int = 100, maximum: int = 200, name: str | None = None) -> Limits:
    """Set `minimumHealthyPercent` and `maximumPercent`; starts no deployment, holds for one that goes on.

    A maximum of 100 leaves no room to move tasks between zones: Availability Zone rebalancing is switched
    off with it, and stays off.

    Raises:
        NotThere: there is no such service.
        botocore.exceptions.ClientError: ECS refuses them (InvalidParameterException).
    """
    _configure(lab, name, {"minimumHealthyPercent": minimum, "maximumPercent": maximum}, maximum > 100)
    return limits_of(lab, name)


def circuit_breaker(
    lab: Connection, on: bool = True, rollback: bool = True, name: str | None = None
) -> DeploymentCircuitBreakerTypeDef:
    """Have ECS give up a deployment whose tasks keep failing, and return to the last one that completed.

    Args:
        on: whether it is given up at all; off unless somebody switched it on (the console does).
        rollback: whether the last completed deployment then comes back.
        name: the lesson's service unless given.

    Returns:
        The `deploymentCircuitBreaker` as DescribeServices shows it.
    """
    breaker: DeploymentCircuitBreakerTypeDef = {"enable": on, "rollback": rollback and on}
    return circuit_breaker_of(_configure(lab, name, {"deploymentCircuitBreaker": breaker}))


def _configure(
    lab: Connection, name: str | None, changes: DeploymentConfigurationTypeDef, rebalance: bool = True
) -> ServiceTypeDef:
    configuration = {**needed_active(lab, name)["deploymentConfiguration"], **changes}
    zones = {} if rebalance else {"availabilityZoneRebalancing": "DISABLED"}
    return service.update(lab, name, deploymentConfiguration=configuration, **zones)


# Looking back -----------------------------------------------------------------------------------------------


def deployments(lab: Connection, name: str | None = None) -> Table:
    """The service's deployments as DescribeServices shows them now: PRIMARY first, then what is going.

    `rolloutStateReason` is shown where it says more than `rolloutState`.

    Raises:
        NotThere: there is no such service.
    """
    rows = tuple(_row(deployment) for deployment in needed_active(lab, name)["deployments"])
    head = ("status", "revision", "desired", "running", "pending", "failed", "rollout", "reason")
    columns = len(head) if any(row[-1] for row in rows) else len(head) - 1
    return Table("", head[:columns], tuple(row[:columns] for row in rows))


def _row(deployment: DeploymentTypeDef) -> tuple[str, ...]:
    return (
        deployment["status"],
        _revision(deployment["taskDefinition"]),
        str(deployment["desiredCount"]),
        str(deployment["runningCount"]),
        str(deployment["pendingCount"]),
        str(deployment.get("failedTasks", 0)),
        deployment.get("rolloutState", ""),
        _more_than(deployment.get("rolloutStateReason", ""), deployment["id"]),
    )


def _more_than(reason: str, deployment: str) -> str:
    """The reason, unless it only repeats that this deployment is in progress or completed."""
    plain = (f"ECS deployment {deployment} {what}." for what in ("in progress", "completed"))
    return "" if reason in plain else reason


def events_since(
    lab: Connection, rolled: Rolled | None = None, name: str | None = None, last: int = 100
) -> Table:
    """What the service said since a deployment began, in order; seconds as `watch` counts them.

    Args:
        rolled: the deployment as it was watched; the service's newest one unless given.
        name: the lesson's service unless given.
        last: so many, the newest.

    Raises:
        NotThere: there is no such service.
    """
    existing = needed_active(lab, name)
    began = rolled.began if rolled else existing["deployments"][0]["createdAt"]
    rows = [
        (f"{(event['createdAt'] - began).total_seconds():.0f} s", event["message"])
        for event in reversed(existing["events"])
        if event["createdAt"] > began  # at the very moment, it is of what came before
    ]
    return Table("", ("after", "event"), tuple(rows[-last:]))


def history(lab: Connection, name: str | None = None) -> Table:
    """Every deployment of the service so far, newest first: which revision and image, and what became of it.

    The image is the digest that ECS recorded when the deployment's first task pulled it; none if none did.
    """
    rows = tuple(
        (
            _revision(deployment["taskDefinition"]),
            short_digest(deployment["imageDigest"]),
            deployment["status"],
            deployment.get("statusReason", ""),
        )
        for deployment in past(lab, needed_active(lab, name))
    )
    return Table("", ("revision", "image digest", "status", "reason"), rows)


def short_digest(digest: str) -> str:
    """`sha256:` and twelve of its digits; enough to tell images apart."""
    return digest[:19]


def past(lab: Connection, service: ServiceTypeDef) -> list[PastDeployment]:
    """The last twenty deployments of a service (as DescribeServices shows it), newest first.

    Each as ListServiceDeployments shows it, and with the `taskDefinition` of its target revision, and the
    `imageDigest` that is recorded for its first container ("" while none is).
    """
    listed = lab.ecs.list_service_deployments(service=service["serviceArn"], cluster=service["clusterArn"])
    newest = sorted(listed["serviceDeployments"], key=lambda each: each["createdAt"], reverse=True)[:20]
    arns = sorted({deployment["targetServiceRevisionArn"] for deployment in newest})
    if not arns:
        return []
    described = lab.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
    revisions = {revision["serviceRevisionArn"]: revision for revision in described}
    return [_with_its_revision(each, revisions[each["targetServiceRevisionArn"]]) for each in newest]


def _with_its_revision(
    deployment: ServiceDeploymentBriefTypeDef, revision: ServiceRevisionTypeDef
) -> PastDeployment:
    digests = [image.get("imageDigest", "") for image in revision.get("containerImages", [])]
    return {
        **deployment,
        "taskDefinition": revision["taskDefinition"],
        "imageDigest": next(iter(digests), ""),
    }


def _revision(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
