"""The states of a load balancer's target, and how a health check moves it from one to the next.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ecslab.sandbox.world.lifecycle import Lifecycle

State = Literal["unused", "initial", "healthy", "unhealthy", "draining", "unavailable"]

_LEAVES: Final[Mapping[str, State]] = {
    "deregistered": "draining", "not_in_use": "unused", "unchecked": "unavailable"
}  # fmt: skip
TARGET: Final[Lifecycle[State]] = Lifecycle(
    "target",
    {
        "unused": {"in_use": "initial", "unchecked": "unavailable"},
        "initial": {"passed": "healthy", "failed": "unhealthy", **_LEAVES},
        "healthy": {"failed": "unhealthy", **_LEAVES},
        "unhealthy": {"passed": "healthy", **_LEAVES},
        "unavailable": {"deregistered": "draining", "not_in_use": "unused", "in_use": "initial"},
        "draining": {"drained": "unused"},
    },
    "`State` of a target's health. Source: API_TargetHealth. A target that has drained is unused because it "
    "is not registered any more.",
)


class Health(NamedTuple):
    """A target's state as DescribeTargetHealth shows it; a healthy one has neither reason nor description."""

    state: State
    reason: str | None = None
    description: str | None = None


REGISTRATION: Final = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING: Final = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
HEALTHY: Final = Health("healthy")
DRAINING: Final = Health(
    "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
)
NOT_IN_USE: Final = Health(  # U: the description
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
OTHER_ZONE: Final = Health(
    "unused",
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
)
NOT_REGISTERED: Final = Health(
    "unused", "Target.NotRegistered", "Target is not registered to the target group"
)
STOPPED: Final = Health("unused", "Target.InvalidState", "Target is in the stopped state")
UNCHECKED: Final = Health(
    "unavailable", "Target.HealthCheckDisabled", "Health checks are disabled for this target group"
)


@dataclass(frozen=True, slots=True)
class Check:
    """How a target group checks its targets.

    `protocol` is HTTP, HTTPS or TCP; `port` None asks the port the target serves on; times are in seconds;
    `codes` is a matcher such as `200,301-399`.
    """

    protocol: str = "HTTP"
    path: str = "/"
    port: int | None = None
    interval: float = 30.0
    timeout: float = 5.0
    healthy_after: int = 5
    unhealthy_after: int = 2
    codes: str = "200"
    enabled: bool = True


Answer = int | Literal["timeout", "refused", "connected"]
"""What came of asking a target: an HTTP status, nothing in time, no or a broken connection, or a TCP
connection."""


def verdict(check: Check, answer: Answer) -> tuple[bool, Health]:
    """Whether a check passed, and how an unhealthy target explains itself if it did not."""
    if answer == "timeout":
        return False, Health("unhealthy", "Target.Timeout", "Request timed out")
    if answer == "connected":
        return True, HEALTHY
    if answer == "refused":
        return False, Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
    mismatch = f"Health checks failed with these codes: [{answer}]"
    return matches(check.codes, answer), Health("unhealthy", "Target.ResponseCodeMismatch", mismatch)


def matches(codes: str, status: int) -> bool:
    """Whether a matcher such as `200,301-399` holds for an HTTP status."""
    spans = (span.partition("-") for span in codes.split(","))
    return any(int(low) <= status <= int(high or low) for low, _, high in spans)
