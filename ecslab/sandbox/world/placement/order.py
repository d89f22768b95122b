"""What is to be placed: tasks that are alike in what they need and by which rules they are placed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ecslab.sandbox.world.placement.instance import Instance, Needs, lacking_resource
from ecslab.sandbox.world.placement.query import Matches
from ecslab.sandbox.world.placement.rules import DISTINCT, MEMBER_OF, Constraint, Strategy

AGENT: Final = "AGENT"
ATTRIBUTE: Final = "ATTRIBUTE"
LOCATION: Final = "LOCATION"
DISTINCT_UNMET: Final = "DistinctInstance placement constraint unsatisfied."
MEMBER_OF_UNMET: Final = "MemberOf placement constraint unsatisfied."
"""Reasons for which an instance cannot take a task, as RunTask's failures have them beside `RESOURCE:CPU` and
the like (API failure reasons, in the developer guide; aws/containers-roadmap#723)."""
OTHER_PROVIDER: Final = "CAPACITY_PROVIDER"
"""Of another capacity provider; told to nobody: such instances are not looked at."""
ZONE: Final = "ecs.availability-zone"
VPC: Final = "ecs.vpc-id"
EXTERNAL: Final = "ecs.capability.external"
"""The attribute that tells instances of the launch type EXTERNAL from those of EC2."""


@dataclass(frozen=True)
class Order:
    """Tasks that are alike.

    Args:
        group: their task group, whose tasks `spread` counts and `distinctInstance` keeps apart.
        constraints: of the request and of the task definition.
        strategies: in the order in which they apply.
        external: whether the launch type is EXTERNAL: no EC2 instance takes them then, and else no other.
        provider: the capacity provider whose instances alone take them; None: those of any, and of none.
    """

    group: str
    needs: Needs = field(default_factory=Needs)
    constraints: tuple[Constraint, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    external: bool = False
    provider: str | None = None

    @cached_property
    def _members(self) -> tuple[Matches, ...]:
        return tuple(each.matcher() for each in self.constraints if each.type == MEMBER_OF)

    @cached_property
    def _distinct(self) -> bool:
        return any(each.type == DISTINCT for each in self.constraints)

    def refusal(self, instance: Instance) -> str | None:
        """Why this ACTIVE instance cannot take one more of these tasks; None if it can.

        U: which reason AWS names where there are several.
        """
        return next(self._refusals(instance), None)

    def _refusals(self, instance: Instance) -> Iterator[str]:
        needs = self.needs
        if self.provider != instance.provider and (self.provider or instance.managed):
            yield OTHER_PROVIDER
        if not instance.agent_connected:
            yield AGENT
        yield from self._strangeness(instance)
        lacking = lacking_resource(instance, needs)
        if lacking:
            yield f"RESOURCE:{lacking}"
        yield from self.unmet(instance)

    def _strangeness(self, instance: Instance) -> Iterator[str]:
        needs, vpc = self.needs, instance.attributes.get(VPC)
        elsewhere = (EXTERNAL in instance.attributes) != self.external or (needs.vpc and needs.vpc != vpc)
        if elsewhere or not needs.attributes <= instance.attributes.keys():
            yield ATTRIBUTE
        if needs.zones and instance.attributes.get(ZONE) not in needs.zones:
            yield LOCATION

    def is_for(self, instance: Instance) -> bool:
        """Whether such tasks may be on this instance at all, whatever it has left."""
        if instance.managed and self.provider != instance.provider:
            return False
        return not any(self._strangeness(instance)) and all(matches(instance) for matches in self._members)

    def unmet(self, instance: Instance) -> Iterator[str]:
        """The constraints that this instance does not meet."""
        if self._distinct and self.group in instance.groups:
            yield DISTINCT_UNMET
        if not all(matches(instance) for matches in self._members):
            yield MEMBER_OF_UNMET
