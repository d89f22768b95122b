"""What services ask of load balancers, and hear from them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ecs.type_defs import LoadBalancerTypeDef, TaskDefinitionTypeDef

HealthObserver = Callable[[str, str, int, str, str], None]
"""Called with (target group ARN, IP, port, state, reason) after a target's state has changed; `reason` is the
sentence that service events quote, empty for a healthy target. State `unused` with the reason of
`NOT_REGISTERED` tells that a target has drained and is gone."""


class LoadBalancers(Protocol):
    """What services ask of load balancers.

    `listeners` are told of every change of a target's state.
    """

    listeners: list[HealthObserver]

    def check(
        self,
        region: str,
        load_balancers: "Sequence[LoadBalancerTypeDef]",
        definition: "TaskDefinitionTypeDef",
    ) -> None:
        """Refuse what CreateService refuses of `loadBalancers` for a Fargate service of this task definition.

        Raises:
            AwsError: InvalidParameterException, as ECS words it.
        """

    def register(self, target_group_arn: str, ip: str, port: int, az: str) -> None:
        """Add a target, `initial` from here on, in Availability Zone `az` (`us-east-1a`); one that drains is
        taken back.

        Raises:
            AwsError: TargetGroupNotFound.
        """

    def deregister(self, target_group_arn: str, ip: str, port: int) -> float:
        """Let a target drain; for how many seconds. 0 for a target that is not registered."""

    def health(self, target_group_arn: str, ip: str, port: int) -> tuple[str, str]:
        """State and reason, as a `HealthObserver` is told them."""

    def request_count(self, target_group_arn: str) -> int:
        """Requests this target group has been sent since it was made."""
