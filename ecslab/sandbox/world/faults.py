"""What has been made to go wrong from outside, and still is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ecslab.sandbox.world.rate_limits import RateLimits

NO_CAPACITY: Final = (
    "Capacity is unavailable at this time. Please try again later or in a different availability zone"
)
"""`failures[].reason` of RunTask, and the reason in a service's event."""

T = TypeVar("T")


@dataclass(slots=True)
class Faults:
    """Nothing is wrong at first.

    Attributes:
        zones: Availability Zones that are away (`us-east-1b`).
        spot: whether Fargate Spot has capacity.
        registries: what is wrong with a registry, by its host: `unreachable`, `limited` or `broken`.
        platform: what Fargate fails at (`task.failures.platform_failures`), or None.
        limits: how often the API may be called, by Region; None while nobody counts.
    """

    zones: set[str] = field(default_factory=set)
    spot: bool = True
    registries: dict[str, str] = field(default_factory=dict)
    platform: str | None = None
    limits: dict[str, RateLimits] | None = None

    def places(self, subnets: Sequence[tuple[T, str]], provider: str | None) -> list[T]:
        """Of subnets with their zones, those in which Fargate can start a task now.

        Args:
            provider: `FARGATE_SPOT`, or another capacity provider, or None.
        """
        if provider in self.lacking:
            return []
        return [subnet for subnet, zone in subnets if zone not in self.zones]

    @property
    def lacking(self) -> frozenset[str]:
        """Capacity providers that have no capacity, in whatever zone."""
        return frozenset() if self.spot else frozenset({"FARGATE_SPOT"})

    def throttled(self, region: str, operation: str, now: float) -> bool:
        """Whether an ECS call comes too often."""
        if self.limits is None:
            return False
        return not self.limits.setdefault(region, RateLimits()).take(operation, now)
