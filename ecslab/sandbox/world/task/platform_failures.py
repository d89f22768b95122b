"""What Fargate itself can fail at when it starts a task, and how it says so.

Texts of stopped tasks and of the developer guide's list of stopped task errors; where AWS puts a reason into
one, the reason here is U, and so is when each is told.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from typing import Final, Literal, NamedTuple


class PlatformFailure(NamedTuple):
    """When it happens (as the interface is attached, or as containers are to start), and what follows.

    Args:
        reason: the task's `stoppedReason`.
        after: seconds until ECS gives up.
    """

    phase: Literal["interface", "containers"]
    reason: str
    after: float


FAILURES: Final = {
    "interface": PlatformFailure(
        "interface", "Timeout waiting for network interface provisioning to complete.", 180.0
    ),
    "attachment": PlatformFailure(
        "interface", "InternalError: the network interface was attached too late", 180.0
    ),
    "storage": PlatformFailure(
        "containers", "Timeout waiting for EphemeralStorage provisioning to complete.", 180.0
    ),
    "runtime": PlatformFailure(
        "containers",
        "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m: the "
        "container runtime did not answer",
        60.0,
    ),
    "start": PlatformFailure(
        "containers",
        "CannotStartContainerError: failed to get container status: the container runtime did not answer",
        10.0,
    ),
    "create": PlatformFailure(
        "containers",
        "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime "
        "task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start "
        "container process: the container runtime did not answer",
        10.0,
    ),
    "inspect": PlatformFailure(
        "containers", "CannotInspectContainerError: the container runtime did not answer", 10.0
    ),
}
"""By the name that a fault has."""
