"""What a task definition asks of the agent that runs it: its `requiresAttributes`.

Source: recorded, and definitions as DescribeTaskDefinition shows them in public repositories. FireLens, log
secrets, shared namespaces and the last two of `_SETTINGS` are named as the ECS agent announces them (U).
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import AttributeTypeDef, SecretTypeDef
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

_ECR: Final = re.compile(r"\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_CAPABILITY: Final = "com.amazonaws.ecs.capability."
_API: Final = _CAPABILITY + "docker-remote-api."
_SETTINGS: Final = {
    ("healthCheck",): ("ecs.capability.container-health-check", _API + "1.24"),
    ("dependsOn", "startTimeout", "stopTimeout"): ("ecs.capability.container-ordering",),
    ("environmentFiles",): ("ecs.capability.env-files.s3",),
    ("privileged",): (_CAPABILITY + "privileged-container",),
    ("repositoryCredentials",): ("ecs.capability.private-registry-authentication.secretsmanager",),
    ("credentialSpecs",): ("ecs.capability.gmsa",),
}
"""What a member of a container definition asks for."""


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
        yield from ("ecs.capability.efsAuth", "ecs.capability.efs", _API + "1.25")
    if "ephemeralStorage" in definition:
        yield "ecs.capability.extensible-ephemeral-storage"
    if "pidMode" in definition or "ipcMode" in definition:
        yield "ecs.capability.pid-ipc-namespace-sharing"
    if definition.get("networkMode") == "awsvpc":
        yield from (_API + "1.18", "ecs.capability.task-eni")


def _of_container(container: "ContainerDefinition", execution_role: bool) -> Iterator[str]:
    driver = container.get("logConfiguration", {}).get("logDriver")
    if driver:
        yield f"{_CAPABILITY}logging-driver.{driver}"
    if driver == "awslogs":
        if execution_role:
            yield "ecs.capability.execution-role-awslogs"
        yield _API + "1.19"
    if is_ecr(container["image"]):
        yield _CAPABILITY + "ecr-auth"
        if execution_role:
            yield "ecs.capability.execution-role-ecr-pull"
    if "@" in container["image"] or "memoryReservation" in container:
        yield _API + "1.21"
    for secret in container.get("secrets", []):
        yield f"ecs.capability.secrets.{_store(secret)}.environment-variables"
    for secret in container.get("logConfiguration", {}).get("secretOptions", []):
        yield f"ecs.capability.secrets.{_store(secret)}.bootstrap.log-driver"
    if "firelensConfiguration" in container:
        yield f"ecs.capability.firelens.{container['firelensConfiguration']['type']}"
    for members, names in _SETTINGS.items():
        if any(container.get(member) for member in members):
            yield from names


def _store(secret: "SecretTypeDef") -> str:
    return "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
