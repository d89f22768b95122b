"""Fargate's platform versions: which one a task gets, and what an older one cannot do.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
"""

from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition import sizes

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

LATEST: Final = "LATEST"
LINUX: Final = ("1.4.0", "1.3.0")
"""The newest first."""
WINDOWS: Final = ("1.0.0",)
PARTS_OF_ARN: Final = 7
LARGEST_BEFORE: Final = 4096
"""CPU units of the largest task before 1.4.0."""


def platform_family(definition: "api.TaskDefinitionTypeDef") -> str:
    """`platformFamily` of its tasks. U: how a Windows family is spelled there."""
    family = str((definition.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX"))
    return "Linux" if family == "LINUX" else family


def newest(family: str) -> str:
    """The version that LATEST stands for, of a `platformFamily`."""
    return LINUX[0] if family == "Linux" else WINDOWS[0]


def platform_version(definition: "api.TaskDefinitionTypeDef", parameters: "api.RunTaskRequestTypeDef") -> str:
    """The version that LATEST, or a number, stands for; AwsError, as RunTask and CreateService refuse.

    The sentences are of jenkinsci/amazon-ecs-plugin#218 and ansible-collections/community.aws#136.
    """
    family = platform_family(definition)
    versions = LINUX if family == "Linux" else WINDOWS
    wanted = parameters.get("platformVersion") or LATEST
    if wanted not in (LATEST, *LINUX, *WINDOWS):
        raise AwsError("PlatformUnknownException", "The specified platform does not exist.")
    version = newest(family) if wanted == LATEST else wanted
    if current_account().behaviour >= 2 and (
        version not in versions or (version == "1.3.0" and _needs_newer(definition, parameters))
    ):
        raise AwsError(
            "PlatformTaskDefinitionIncompatibilityException",
            "One or more of the requested capabilities are not supported.",
        )
    return version


def _needs_newer(definition: "api.TaskDefinitionTypeDef", parameters: "api.RunTaskRequestTypeDef") -> bool:
    """Whether it asks for what came with 1.4.0."""
    overrides = parameters.get("overrides") or {}
    volumes: list[dict[str, Any]] = [dict(volume) for volume in definition.get("volumes", ())]
    containers = definition["containerDefinitions"]
    return bool(
        definition.get("ephemeralStorage")
        or overrides.get("ephemeralStorage")
        or parameters.get("enableExecuteCommand")
        or (definition.get("runtimePlatform") or {}).get("cpuArchitecture") == "ARM64"
        or sizes.cpu_units(str(overrides.get("cpu") or definition["cpu"])) > LARGEST_BEFORE
        or any(volume.get("efsVolumeConfiguration") for volume in volumes)
        or any(container.get("environmentFiles") for container in containers)
        or any(_names_a_key(secret["valueFrom"]) for each in containers for secret in each.get("secrets", ()))
    )


def _names_a_key(source: str) -> bool:
    """Whether a part of a secret is asked for: one key of it, or a version."""
    return ":secretsmanager:" in source and len(source.split(":")) > PARTS_OF_ARN
