"""The task definition: the blueprint that a task is started from. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message
from ecslab.display.tables import Table
from ecslab.errors import NotThere
from ecslab.resources import ecr, execution_role

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerTypeDef, TaskDefinitionTypeDef

_UNKNOWN = "Unable to describe task definition"


def register(
    lab: Connection,
    image: str | None = None,
    family: str | None = None,
    cpu: int | str = "256",
    memory: int | str = "512",
    logs: bool = True,
    port: int = 80,
    **more: Any,
) -> TaskDefinitionTypeDef:
    """Register a revision for Fargate with one container, or return the ACTIVE one that says the same.

    Args:
        lab: from `ecslab.connect()`.
        image: what to run; the lesson's repository with the tag `latest` unless given.
        family: the name that the revisions share; the lesson's unless given.
        cpu: CPU units, 1024 to the vCPU. Fargate takes certain pairs with `memory` only.
        memory: MiB.
        logs: whether the container's lines go to the lesson's log group.
        port: the port on which the container listens.
        more: further parameters of RegisterTaskDefinition, as boto3 spells them.

    Returns:
        A `taskDefinition` as RegisterTaskDefinition returns it.

    Raises:
        NotThere: the execution role was not made yet, and this definition needs it.
        botocore.exceptions.ClientError: ECS refuses the definition (ClientException, with the rule).
    """
    image = image or ecr.image_uri(lab)
    container: ContainerTypeDef = {
        "name": lab.names.container,
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": port, "protocol": "tcp"}],
    }
    wanted: dict[str, Any] = {
        "family": family or lab.names.family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": str(cpu),
        "memory": str(memory),
        "containerDefinitions": [container],
    }
    if logs:
        container["logConfiguration"] = _awslogs(lab)
    if logs or ".dkr.ecr." in image:
        wanted["executionRoleArn"] = _role_arn(lab)
    wanted.update(more)
    return _same(lab, wanted) or dict(
        lab.ecs.register_task_definition(**wanted, tags=lab.tags("ecs"))["taskDefinition"]
    )


def _awslogs(lab: Connection) -> dict[str, Any]:
    options = {
        "awslogs-group": lab.names.log_group,
        "awslogs-region": lab.region,
        "awslogs-stream-prefix": "ecs",
    }
    return {"logDriver": "awslogs", "options": options}


def _role_arn(lab: Connection) -> str:
    role = execution_role.find(lab)
    if not role:
        raise NotThere(
            f"there is no execution role {lab.names.execution_role}, and Fargate needs one to pull from ECR "
            "and to write logs.\n  next: execution_role.create(lab)"
        )
    return str(role["Arn"])


def _same(lab: Connection, wanted: dict[str, Any]) -> TaskDefinitionTypeDef | None:
    """The newest ACTIVE revision that says all that is wanted, or None."""
    for arn in revisions(lab, wanted["family"])[-10:][::-1]:
        found = find(lab, arn)
        if found and _covers(found, wanted) and not _more(found, wanted):
            return found
    return None


def _covers(found: Any, wanted: Any) -> bool:
    """Whether ECS's answer holds everything that was said; it fills in what was not."""
    if isinstance(wanted, dict):
        return all(key in found and _covers(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_covers, found, wanted))
    return bool(found == wanted)


def _more(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a container says what was not asked for; what ECS fills in is empty, or `essential`."""
    pairs = zip(found["containerDefinitions"], wanted["containerDefinitions"], strict=True)
    return any(
        value and key not in asked and key != "essential"
        for shown, asked in pairs
        for key, value in shown.items()
    )


def find(lab: Connection, family_or_arn: str | None = None) -> TaskDefinitionTypeDef | None:
    """The definition as DescribeTaskDefinition shows it: of a family the newest ACTIVE revision. Or None."""
    name = family_or_arn or lab.names.family
    try:
        return dict(lab.ecs.describe_task_definition(taskDefinition=name)["taskDefinition"])
    except ClientError as error:
        if _UNKNOWN in error_message(error):
            return None
        raise


def revisions(lab: Connection, family: str | None = None, status: str = "ACTIVE") -> list[str]:
    """The ARNs of a family's revisions that are `ACTIVE` or `INACTIVE`, oldest first."""
    family = family or lab.names.family
    pages = lab.ecs.get_paginator("list_task_definitions").paginate(familyPrefix=family, status=status)
    arns = [str(arn) for page in pages for arn in page["taskDefinitionArns"]]
    return [arn for arn in arns if family_of(arn) == family]


def family_of(arn: str) -> str:
    """The family in a definition's ARN."""
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[0]


def deregister(lab: Connection, family_or_arn: str | None = None) -> None:
    """Make one revision INACTIVE, or of a family every ACTIVE one. It can still be described afterwards."""
    name = family_or_arn or lab.names.family
    for arn in [name] if ":" in name else revisions(lab, name):
        lab.ecs.deregister_task_definition(taskDefinition=arn)


def form(definition: TaskDefinitionTypeDef) -> Table:
    """The definition as the console's form shows it."""
    container = definition["containerDefinitions"][0]
    cpu, memory = int(definition["cpu"]), int(definition["memory"])
    log = container.get("logConfiguration", {}).get("options", {})
    ports = ", ".join(
        f"{port['containerPort']}/{port.get('protocol', 'tcp')}" for port in container.get("portMappings", [])
    )
    role, task_role = definition.get("executionRoleArn", ""), definition.get("taskRoleArn", "")
    rows = (
        ("Family and revision", f"{definition['family']}:{definition['revision']}"),
        ("Launch type", ", ".join(definition.get("requiresCompatibilities", []))),
        ("Network mode", definition.get("networkMode", "")),
        ("CPU", f"{cpu / 1024:g} vCPU ({cpu} units)"),
        ("Memory", f"{memory / 1024:g} GB ({memory} MiB)"),
        ("Task execution role", role.rsplit("/", 1)[-1] or "none"),
        ("Task role", task_role.rsplit("/", 1)[-1] or "none"),
        ("Container", container["name"]),
        ("Image", container["image"]),
        ("Port", ports or "none"),
        ("Logs", log.get("awslogs-group") or "none"),
    )
    return Table("", ("Field", "Value"), rows)
