"""Container restart policies: whether a container that ended starts again where it is.

Source: API_ContainerRestartPolicy.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

ATTEMPT_PERIOD: Final = 300
"""Seconds a container must have run to be restarted, unless the policy says otherwise (60-1800)."""


def restarts(definition: "ContainerDefinitionOutputTypeDef", exit_code: int, ran: float) -> bool:
    """Whether a container with this definition starts again.

    Args:
        exit_code: what it ended with.
        ran: seconds since it was last started.
    """
    policy = definition.get("restartPolicy")
    if not policy or not policy["enabled"]:
        return False
    if exit_code in policy.get("ignoredExitCodes", ()):
        return False
    return bool(ran >= policy.get("restartAttemptPeriod", ATTEMPT_PERIOD))
