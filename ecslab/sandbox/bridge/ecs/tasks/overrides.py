"""What a RunTask call changes about its task definition.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition import sizes

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

    Overrides = api.TaskOverrideTypeDef | api.TaskOverrideOutputTypeDef

MOST_CHARACTERS: Final = 8192
_OF_TASK: Final = ("executionRoleArn", "taskRoleArn", "ephemeralStorage")
_OF_CONTAINER: Final = ("command", "cpu", "memory", "memoryReservation", "environmentFiles")


def check(definition: "api.TaskDefinitionTypeDef", overrides: "Overrides") -> None:
    """Refuse overrides that do not fit the definition, or ask for a size that Fargate does not offer."""
    check_names(definition, overrides)
    cpu, memory = _size(definition, overrides)
    if not sizes.fits_fargate(cpu, memory):
        text = f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory"
        raise AwsError("ClientException", text)


def check_names(definition: "api.TaskDefinitionTypeDef", overrides: "Overrides") -> None:
    """Refuse overrides of containers that are not there, without names, or too long."""
    names = {container["name"] for container in definition["containerDefinitions"]}
    for override in overrides.get("containerOverrides") or []:
        if override.get("name") not in names:
            raise AwsError(
                "InvalidParameterException",
                f"Override for container named {override.get('name')} is not a container in the "
                "TaskDefinition.",
            )
        if any(not entry.get("name") for entry in override.get("environment") or []):  # U
            text = "Environment variable name should not be null or empty."
            raise AwsError("InvalidParameterException", text)
    if len(json.dumps(overrides, separators=(",", ":"))) > MOST_CHARACTERS:
        text = f"Container Overrides length must be at most {MOST_CHARACTERS}"
        raise AwsError("InvalidParameterException", text)  # U


def task_overrides(
    definition: "api.TaskDefinitionTypeDef", overrides: "Overrides"
) -> "api.TaskOverrideOutputTypeDef":
    """API_TaskOverride as the task shows it: every container by name, whether changed or not."""
    given = {override["name"]: override for override in overrides.get("containerOverrides") or []}
    names = [container["name"] for container in definition["containerDefinitions"]]
    shown: dict[str, object] = {
        "containerOverrides": [given.get(name, {"name": name}) for name in names],
        "inferenceAcceleratorOverrides": [],
    }
    if "cpu" in overrides:
        shown["cpu"] = str(sizes.cpu_units(str(overrides["cpu"])))
    if "memory" in overrides:
        shown["memory"] = str(sizes.mebibytes(str(overrides["memory"])))
    given_values: Mapping[str, object] = overrides
    shown |= {name: given_values[name] for name in _OF_TASK if given_values.get(name)}
    return cast("api.TaskOverrideOutputTypeDef", shown)


def effective(
    definition: "api.TaskDefinitionTypeDef", overrides: "Overrides"
) -> Iterator["api.ContainerDefinitionOutputTypeDef"]:
    """The container definitions with `overrides` (as `task_overrides` gives them) applied."""
    for container, override in zip(
        definition["containerDefinitions"], overrides["containerOverrides"], strict=True
    ):
        changed = {name: override[name] for name in _OF_CONTAINER if override.get(name) is not None}
        environment = {
            entry["name"]: entry
            for source in (container, override)
            for entry in source.get("environment") or []
        }
        changed_container = {**container, **changed, "environment": list(environment.values())}
        yield cast("api.ContainerDefinitionOutputTypeDef", changed_container)


def _size(definition: "api.TaskDefinitionTypeDef", overrides: "Overrides") -> tuple[int, int]:
    """CPU units and MiB of the task."""
    try:
        return (
            sizes.cpu_units(str(overrides.get("cpu") or definition["cpu"])),
            sizes.mebibytes(str(overrides.get("memory") or definition["memory"])),
        )
    except ValueError as problem:
        raise AwsError("ClientException", f"Invalid setting for task: {problem}") from None  # U
