"""The refusals of RegisterTaskDefinition for what happens inside a task: health checks, restarts, secrets,
environment files, volumes of other containers.

The limits are the API's own (API_HealthCheck, API_ContainerRestartPolicy, API_ContainerDefinition), the words
recorded, or cdk-preflight's; sentences marked U are not confirmed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition

MOST_FILES: Final = 10
SHORTEST_TIMEOUT: Final = 2
HEALTH_RANGES: Final = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
RESTART_PERIOD: Final = (60, 1800)
MOST_EXIT_CODES: Final = 50
_OBJECT: Final = re.compile(r"arn:aws[a-z-]*:s3:::[^/]+/.+")
_COMMANDLESS: Final[tuple[list[str], ...]] = ([], ["CMD"], ["CMD-SHELL"])


def problems(container: "ContainerDefinition", containers: list["ContainerDefinition"]) -> Iterator[str]:
    """What is wrong with one of a definition's containers."""
    yield from _timeouts(container)
    yield from _health_check(container)
    yield from _restart_policy(container)
    yield from _secrets(container)
    yield from _files(container)
    yield from _nameless(container)
    names = {each["name"] for each in containers}
    for source in container.get("volumesFrom", []):
        if source.get("sourceContainer") not in names:
            yield f"Invalid 'volumesFrom' setting. Unknown container: '{source.get('sourceContainer')}'."


def _nameless(container: "ContainerDefinition") -> Iterator[str]:
    """U: after `Container.name should not …`."""
    if any(not entry.get("name") for entry in container.get("environment", [])):
        yield "Environment variable name should not be null or empty."
    if any(not point.get("containerPath") for point in container.get("mountPoints", [])):
        yield "Container path of a mount point should not be null or empty."


def refuse_foreign(container: "ContainerDefinition", account: str) -> None:
    """Raise AwsError if a secret is a parameter of an account other than this one."""
    for secret in container.get("secrets", []):
        parts = secret["valueFrom"].split(":")
        if parts[2:3] == ["ssm"] and parts[4] != account:
            raise AwsError(
                "ClientException",
                "The Systems Manager parameter ARN has a different account ID than the current account. The "
                f"current account ID is {account} and the ARN account ID is {parts[4]}. Cross-account access "
                "for ARNs is not currently supported.",
            )


def _timeouts(container: "ContainerDefinition") -> Iterator[str]:
    """The API reference gives `startTimeout` an upper end too, which ECS was seen not to keep to."""
    for what, seconds in (("start", container.get("startTimeout")), ("stop", container.get("stopTimeout"))):
        if seconds is not None and seconds < SHORTEST_TIMEOUT:
            where = f"on container '{container['name']}'"
            yield f"Granular {what} timeout {where} must be at least {SHORTEST_TIMEOUT} seconds."


def _health_check(container: "ContainerDefinition") -> Iterator[str]:
    check = container.get("healthCheck")
    if not check:
        return
    where = f"for container '{container['name']}'"
    if check["command"] in _COMMANDLESS:
        yield f"Health check command should not be empty {where}"  # U
    numbers: Mapping[str, object] = check
    for member, (least, most) in HEALTH_RANGES.items():
        number = numbers.get(member)
        if not isinstance(number, int):
            continue
        bound = ""
        if number > most:
            bound = f"less than or equal to the maximum allowed value {most}"
        if number < least:  # U: mirrored
            bound = f"greater than or equal to the minimum allowed value {least}"
        if bound:
            yield f"Health check {member} must be {bound} {where}"


def _restart_policy(container: "ContainerDefinition") -> Iterator[str]:
    policy = container.get("restartPolicy", {})
    least, most = RESTART_PERIOD
    if not least <= policy.get("restartAttemptPeriod", least) <= most:
        yield (
            f"The 'restartAttemptPeriod' setting for container '{container['name']}' must be between {least} "
            f"and {most}."
        )
    if len(policy.get("ignoredExitCodes", [])) > MOST_EXIT_CODES:
        yield f"ignoredExitCodes can have at most {MOST_EXIT_CODES} items."  # U


def _secrets(container: "ContainerDefinition") -> Iterator[str]:
    names = [secret["name"] for secret in container.get("secrets", [])]
    taken = {entry.get("name") for entry in container.get("environment", [])}
    for position, name in enumerate(names):
        if name in taken or name in names[:position]:
            yield (
                "The secret name must be unique and not shared with any new or existing environment "
                f"variables set on the container, such as '{name}'."
            )


def _files(container: "ContainerDefinition") -> Iterator[str]:
    files = container.get("environmentFiles", [])
    if len(files) > MOST_FILES:
        yield "The maximum number of environment files was exceeded. Specify ten or less and try again."
    for file in files:
        if not _OBJECT.fullmatch(file["value"]):
            yield "Invalid arn syntax."
