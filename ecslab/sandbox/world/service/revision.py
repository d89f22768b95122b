"""A service revision: what a deployment runs.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """One entry of a service's `loadBalancers`."""

    target_group: str
    container: str
    port: int


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """What a deployment runs.

    Args:
        number: 19 digits, the end of the service revision's ARN.
        created_at: epoch seconds.
        spec: the rest, in AWS's shape; the scheduler does not look into it.
        zones: Availability Zone of each subnet that a task may go to.
        load_balancers: where its tasks are registered.
        checked: whether an essential container has a health check.
        fargate: False for a launch type whose capacity is not there.
        digests: what the containers' image tags stood for when its first task pulled them.
    """

    number: str
    created_at: float
    spec: Mapping[str, Any]
    zones: tuple[str, ...]
    load_balancers: tuple[LoadBalancer, ...] = ()
    checked: bool = False
    fargate: bool = True
    digests: dict[str, str] = field(default_factory=dict)
