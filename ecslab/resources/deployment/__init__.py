"""Deployments: a new revision takes the place of the old one, and nobody notices. Stage 08.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.errors import NotThere
from ecslab.resources import service, task_definition
from ecslab.resources.deployment.observed_rollout import LOST, Rolled
from ecslab.resources.deployment.rollout_plan import Limits, Plan, limits, plan
from ecslab.resources.deployment.rollout_watch import limits_of, needed, visitor, watch

__all__ = [
    "LOST", "Limits", "Plan", "Rolled", "circuit_breaker", "deployments", "history", "limits", "limits_of",
    "past", "plan", "roll", "roll_back", "set_limits", "visitor", "watch",
]  # fmt: skip


_COUNTS: Final = ("desiredCount", "runningCount", "pendingCount", "failedTasks")


# Rolling ----------------------------------------------------------------------------------------------------


def roll(
    lab: Connection, definition: str | None = None, name: str | None = None, again: bool = False
) -> dict[str, Any]:
    """Have the service run this revision from now on; its tasks are replaced by new ones, by and by.

    Args:
        lab: from `ecslab.connect()`.
        definition: the ARN of a revision or a family; the lesson's family, newest revision, unless given.
        name: the lesson's service unless given.
        again: start new tasks even if the service has this revision: `forceNewDeployment`.

    Returns:
        A `service` as UpdateService shows it, which answers at once; `watch(lab)` shows what follows. If it
        has this revision already, it stays as it is.

    Raises:
        NotThere: there is no such service, or no such definition.
    """
    there, wanted = needed(lab, name), task_definition.find(lab, definition)
    if not wanted:
        raise NotThere(
            f"there is no task definition {definition or lab.names.family}.\n"
            "  next: task_definition.register(lab, image)"
        )
    arn = str(wanted["taskDefinitionArn"])
    if arn == there["taskDefinition"] and not again:
        return there
    return service.update(lab, name, taskDefinition=arn, **({"forceNewDeployment": True} if again else {}))


def roll_back(lab: Connection, name: str | None = None) -> dict[str, Any]:
    """Return by hand: have the service run the revision that last was deployed with success before this one.

    Nothing but `roll` with an older revision: what comes back is what that revision *says*, so that a tag
    which has moved since brings another image.

    Raises:
        NotThere: there is no such service, or no other revision ever was deployed with success.
    """
    there = needed(lab, name)
    for deployment in past(lab, there):
        revision = deployment["taskDefinition"]
        if deployment["status"] == "SUCCESSFUL" and revision != there["taskDefinition"]:
            return roll(lab, revision, name)
    raise NotThere(
        f"service {there['serviceName']} was never deployed with another revision than "
        f"{_revision(there['taskDefinition'])}.\n"
        "  next: deployment.roll(lab, definition) with the one you want"
    )


# What it keeps to -------------------------------------------------------------------------------------------


def set_limits(lab: Connection, minimum: int = 100, maximum: int = 200, name: str | None = None) -> Limits:
    """Set `minimumHealthyPercent` and `maximumPercent`; starts no deployment, holds for one that goes on.

    Raises:
        NotThere: there is no such service.
        botocore.exceptions.ClientError: ECS refuses them (InvalidParameterException).
    """
    _configure(lab, name, minimumHealthyPercent=minimum, maximumPercent=maximum)
    return limits_of(lab, name)


def circuit_breaker(
    lab: Connection, on: bool = True, rollback: bool = True, name: str | None = None
) -> dict[str, Any]:
    """Have ECS give up a deployment whose tasks keep failing, and return to the last one that completed.

    Args:
        lab: from `ecslab.connect()`.
        on: whether it is given up at all; off unless somebody switched it on (the console does).
        rollback: whether the last completed deployment then comes back.
        name: the lesson's service unless given.

    Returns:
        The `deploymentCircuitBreaker` as DescribeServices shows it.
    """
    found = _configure(lab, name, deploymentCircuitBreaker={"enable": on, "rollback": rollback and on})
    return dict(found["deploymentConfiguration"]["deploymentCircuitBreaker"])


def _configure(lab: Connection, name: str | None, **changes: Any) -> dict[str, Any]:
    there = needed(lab, name)
    configuration = {**there["deploymentConfiguration"], **changes}
    return service.update(lab, name, deploymentConfiguration=configuration)


# Looking back -----------------------------------------------------------------------------------------------


def deployments(lab: Connection, name: str | None = None) -> Table:
    """The service's deployments as DescribeServices shows them now: PRIMARY first, then what is going.

    `rolloutStateReason` is shown where it says more than `rolloutState`.

    Raises:
        NotThere: there is no such service.
    """
    rows = tuple(
        (
            one["status"],
            _revision(one["taskDefinition"]),
            *(str(one.get(count, 0)) for count in _COUNTS),
            one.get("rolloutState", ""),
            _more_than(one.get("rolloutStateReason", ""), one["id"]),
        )
        for one in needed(lab, name)["deployments"]
    )
    head = ("status", "revision", "desired", "running", "pending", "failed", "rollout", "reason")
    shown = len(head) if any(row[-1] for row in rows) else len(head) - 1
    return Table("", head[:shown], tuple(row[:shown] for row in rows))


def _more_than(reason: str, deployment: str) -> str:
    """The reason, unless it only repeats that this deployment is in progress or completed."""
    plain = (f"ECS deployment {deployment} {what}." for what in ("in progress", "completed"))
    return "" if reason in plain else reason


def history(lab: Connection, name: str | None = None) -> Table:
    """Every deployment of the service so far, newest first: which revision, and what became of it."""
    rows = tuple(
        (_revision(one["taskDefinition"]), one["status"], one.get("statusReason", ""))
        for one in past(lab, needed(lab, name))
    )
    return Table("", ("revision", "status", "reason"), rows)


def past(lab: Connection, there: dict[str, Any]) -> list[dict[str, Any]]:
    """The last twenty deployments of a service (as DescribeServices shows it), newest first.

    Each as ListServiceDeployments shows it, and with the `taskDefinition` of its target revision.
    """
    pages = lab.ecs.list_service_deployments(service=there["serviceArn"], cluster=there["clusterArn"])
    newest = sorted(pages["serviceDeployments"], key=lambda one: one["createdAt"], reverse=True)[:20]
    arns = sorted({one["targetServiceRevisionArn"] for one in newest})
    found = lab.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"] if arns else []
    definitions = {one["serviceRevisionArn"]: one["taskDefinition"] for one in found}
    return [{**one, "taskDefinition": definitions[one["targetServiceRevisionArn"]]} for one in newest]


def _revision(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
