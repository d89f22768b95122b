"""Container restart policies: whether a container that ended starts again where it is.

Source: API_ContainerRestartPolicy.
"""

from collections.abc import Mapping
from typing import Any, Final

ATTEMPT_PERIOD: Final = 300
"""Seconds a container must have run to be restarted, unless the policy says otherwise (60-1800)."""


def restarts(definition: Mapping[str, Any], exit_code: int, ran: float) -> bool:
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
