"""What a task definition asks of the agent that runs it: its `requiresAttributes`.

Source: the capabilities the ECS agent announces, developer guide, "Container agent attributes".
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import AttributeTypeDef
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

_ECR: Final = re.compile(r"\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_CAPABILITY: Final = "com.amazonaws.ecs.capability."


def is_ecr(image: str) -> bool:
    """Whether the image lies in a private ECR registry."""
    return _ECR.match(image) is not None


def required_attributes(definition: "TaskDefinition") -> "list[AttributeTypeDef]":
    """The Attribute shapes, each once."""
    return [{"name": name} for name in dict.fromkeys(_names(definition))]


def _names(definition: "TaskDefinition") -> Iterator[str]:
    execution_role = "executionRoleArn" in definition
    for container in definition["containerDefinitions"]:
        yield from _of_container(container, execution_role)
    if "taskRoleArn" in definition:
        yield _CAPABILITY + "task-iam-role"
    if any("efsVolumeConfiguration" in volume for volume in definition.get("volumes", [])):
        yield "ecs.capability.efs"
    yield _CAPABILITY + "docker-remote-api.1.18"
    if definition.get("networkMode") == "awsvpc":
        yield "ecs.capability.task-eni"


def _of_container(container: "ContainerDefinition", execution_role: bool) -> Iterator[str]:
    driver = container.get("logConfiguration", {}).get("logDriver")
    if driver:
        yield f"{_CAPABILITY}logging-driver.{driver}"
    if driver == "awslogs":
        if execution_role:
            yield "ecs.capability.execution-role-awslogs"
        yield _CAPABILITY + "docker-remote-api.1.19"
    if is_ecr(container["image"]):
        yield _CAPABILITY + "ecr-auth"
        if execution_role:
            yield "ecs.capability.execution-role-ecr-pull"
    for secret in container.get("secrets", []):
        store = "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
        yield f"ecs.capability.secrets.{store}.environment-variables"
    if "healthCheck" in container:
        yield "ecs.capability.container-health-check"
    if any(container.get(member) for member in ("dependsOn", "startTimeout", "stopTimeout")):
        yield "ecs.capability.container-ordering"
    if container.get("privileged"):
        yield _CAPABILITY + "privileged-container"
