"""The task definition: the blueprint that a task is started from. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message
from ecslab.display.tables import Table
from ecslab.errors import NotThere
from ecslab.resources import ecr, execution_role

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import TaskDefinitionStatusType
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        ContainerDefinitionTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
        TagTypeDef,
        TaskDefinitionTypeDef,
    )

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
        NotOurs: on a real account, the family's newest revision is somebody else's.
        botocore.exceptions.ClientError: ECS refuses the definition (ClientException, with the rule).
    """
    lab.guard.claim("family", family or lab.names.family)
    image = image or ecr.image_uri(lab)
    request = _request(lab, family, str(cpu), str(memory), _container(lab, image, port, logs))
    if logs or ".dkr.ecr." in image:
        request["executionRoleArn"] = _role_arn(lab)
    request.update(cast("RegisterTaskDefinitionRequestTypeDef", more))
    existing = _registered(lab, request)
    if existing:
        return existing
    return lab.ecs.register_task_definition(**{**request, "tags": lab.tags("ecs")})["taskDefinition"]


def _request(
    lab: Connection, family: str | None, cpu: str, memory: str, container: ContainerDefinitionTypeDef
) -> RegisterTaskDefinitionRequestTypeDef:
    return {
        "family": family or lab.names.family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": cpu,
        "memory": memory,
        "containerDefinitions": [container],
    }


def _container(lab: Connection, image: str, port: int, logs: bool) -> ContainerDefinitionTypeDef:
    container: ContainerDefinitionTypeDef = {
        "name": lab.names.container,
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": port, "protocol": "tcp"}],
    }
    if logs:
        options = {
            "awslogs-group": lab.names.log_group,
            "awslogs-region": lab.region,
            "awslogs-stream-prefix": "ecs",
        }
        container["logConfiguration"] = {"logDriver": "awslogs", "options": options}
    return container


def _role_arn(lab: Connection) -> str:
    role = execution_role.find(lab)
    if not role:
        raise NotThere(
            f"there is no execution role {lab.names.execution_role}, and Fargate needs one to pull from ECR "
            "and to write logs.\n  next: execution_role.create(lab)"
        )
    return role["Arn"]


def _registered(
    lab: Connection, request: RegisterTaskDefinitionRequestTypeDef
) -> TaskDefinitionTypeDef | None:
    """The newest ACTIVE revision that says all that is requested, or None."""
    for arn in revisions(lab, request["family"])[-10:][::-1]:
        definition = find(lab, arn)
        if definition and _covers(definition, request) and not _says_more(definition, request):
            return definition
    return None


def _covers(shown: object, requested: object) -> bool:
    """Whether what ECS shows holds everything that was requested; it fills in what was not."""
    if isinstance(shown, dict) and isinstance(requested, dict):
        return all(key in shown and _covers(shown[key], value) for key, value in requested.items())
    if isinstance(shown, list) and isinstance(requested, list):
        return len(shown) == len(requested) and all(map(_covers, shown, requested))
    return shown == requested


def _says_more(definition: TaskDefinitionTypeDef, request: RegisterTaskDefinitionRequestTypeDef) -> bool:
    """Whether a container says what was not requested; what ECS fills in is empty, or `essential`."""
    pairs = zip(definition["containerDefinitions"], request["containerDefinitions"], strict=True)
    return any(
        value and key not in requested and key != "essential"
        for shown, requested in pairs
        for key, value in shown.items()
    )


def find(lab: Connection, family_or_arn: str | None = None) -> TaskDefinitionTypeDef | None:
    """The definition as DescribeTaskDefinition shows it: of a family the newest ACTIVE revision. Or None."""
    name = family_or_arn or lab.names.family
    try:
        return lab.ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    except ClientError as error:
        if _UNKNOWN in error_message(error):
            return None
        raise


def needed_arn(
    lab: Connection,
    family_or_arn: str | None = None,
    advice: str = "task_definition.register(lab), in notebook 03",
) -> str:
    """The ARN of the definition that `find` finds. Raises NotThere, with the advice."""
    definition = find(lab, family_or_arn)
    if not definition:
        name = family_or_arn or lab.names.family
        raise NotThere(f"there is no task definition {name}.\n  next: {advice}")
    return definition["taskDefinitionArn"]


def tags(lab: Connection, arn: str) -> list[TagTypeDef]:
    """The tags of a revision."""
    return lab.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"]).get("tags", [])


def container(definition: TaskDefinitionTypeDef, name: str) -> ContainerDefinitionOutputTypeDef | None:
    """The container of that name in a definition, or None."""
    return next((each for each in definition["containerDefinitions"] if each["name"] == name), None)


def families(lab: Connection) -> list[str]:
    """The families that have an ACTIVE revision."""
    pages = lab.ecs.get_paginator("list_task_definition_families").paginate(status="ACTIVE")
    return [family for page in pages for family in page["families"]]


def revisions(
    lab: Connection, family: str | None = None, status: TaskDefinitionStatusType = "ACTIVE"
) -> list[str]:
    """The ARNs of a family's revisions that are `ACTIVE` or `INACTIVE`, oldest first."""
    family = family or lab.names.family
    pages = lab.ecs.get_paginator("list_task_definitions").paginate(familyPrefix=family, status=status)
    arns = [str(arn) for page in pages for arn in page["taskDefinitionArns"]]
    return [arn for arn in arns if family_of(arn) == family]


def family_of(arn: str) -> str:
    """The family in a definition's ARN."""
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[0]


def revision_of(arn: str) -> int:
    """The number of the revision in a definition's ARN."""
    return int(arn.rsplit(":", 1)[-1])


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
