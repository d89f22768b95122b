"""Placement constraints and strategies: what of them ECS accepts, and when an instance meets a constraint.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.query import BadExpression, Matches, parse
from ecslab.sandbox.world.texts import Sentences

MOST_CONSTRAINTS: Final = 10
MOST_STRATEGIES: Final = 5
DISTINCT: Final = "distinctInstance"
MEMBER_OF: Final = "memberOf"
_TYPES: Final = ("random", "spread", "binpack")
_sentence: Final = Sentences(__file__)


@dataclass(frozen=True, slots=True)
class Constraint:
    """`distinctInstance`, or `memberOf` with its expression."""

    type: str
    expression: str = ""

    def matcher(self) -> Matches:
        """Whether an instance is one of its group; for `memberOf` alone."""
        return parse(self.expression)


@dataclass(frozen=True, slots=True)
class Strategy:
    """`random`, `spread` or `binpack` with its field, as ECS shows it: `instanceId` and never `host`."""

    type: str
    field: str = ""

    def value(self, instance: Instance) -> str | None:
        """What `spread` tells instances apart by; None where an instance does not have the attribute."""
        if self.field == "instanceId":
            return instance.id
        return instance.attributes.get(self.field.removeprefix("attribute:"))

    def free(self, instance: Instance) -> int:
        """What `binpack` uses up: CPU units or MiB that are free."""
        return instance.free_cpu if self.field == "cpu" else instance.free_memory


DEFAULT_OF_SERVICE: Final = (Strategy("spread", "attribute:ecs.availability-zone"),)
"""The strategies of a service that names none."""


def constraints(given: Sequence[Mapping[str, str]], *, of_definition: bool = False) -> tuple[Constraint, ...]:
    """The constraints of a request or of a task definition, checked.

    Args:
        given: in the shape of PlacementConstraint.
        of_definition: a task definition has `memberOf` alone, and refuses with ClientException.

    Raises:
        AwsError: one of them cannot be.
    """
    many = too_many(given)
    if many:
        raise invalid(many)
    checked = tuple(Constraint(each.get("type", ""), each.get("expression", "")) for each in given)
    for constraint in checked:
        problem = _problem(constraint, of_definition)
        if problem:
            raise AwsError("ClientException", problem) if of_definition else invalid(problem)
    return checked


def too_many(given: Sequence[object]) -> str | None:
    """Why there cannot be so many constraints; None if there can."""
    return _sentence("many_constraints", most=MOST_CONSTRAINTS) if len(given) > MOST_CONSTRAINTS else None


def definition_problem(constraint: Mapping[str, str]) -> str | None:
    """Why a task definition cannot have this constraint; None if it can."""
    return _problem(Constraint(constraint.get("type", ""), constraint.get("expression", "")), True)


def _problem(constraint: Constraint, of_definition: bool) -> str | None:
    if constraint.type == DISTINCT and not of_definition:
        return _sentence("distinct_with_expression") if constraint.expression else None
    if constraint.type != MEMBER_OF:
        return _sentence("unknown_type", type=constraint.type)
    if not constraint.expression:
        return _sentence("no_expression")
    return expression_problem(constraint.expression)


def expression_problem(expression: str) -> str | None:
    """What is wrong with an expression of the cluster query language; None if nothing is."""
    try:
        parse(expression)
    except BadExpression as bad:
        return _sentence("bad_expression", expression=expression, problem=bad)
    return None


def strategies(given: Sequence[Mapping[str, str]]) -> tuple[Strategy, ...]:
    """The strategies of a request, checked and in ECS's own spelling; AwsError if one cannot be."""
    if len(given) > MOST_STRATEGIES:
        raise invalid(_sentence("many_strategies", most=MOST_STRATEGIES))
    return tuple(_strategy(each.get("type", ""), each.get("field", "")) for each in given)


def _strategy(kind: str, field: str) -> Strategy:
    if kind not in _TYPES:
        raise invalid(_sentence("unknown_strategy", type=kind))
    if kind == "random":
        if field:
            raise invalid(_sentence("random_with_field"))
        return Strategy(kind)
    if kind == "binpack":
        if field.lower() not in ("cpu", "memory"):
            raise invalid(_sentence(f"{kind}_field", field=field))
        return Strategy(kind, field.lower())  # U: whether ECS shows small letters
    name = "instanceId" if field.lower() in ("host", "instanceid") else field
    if name != "instanceId" and not field.removeprefix("attribute:").strip():
        raise invalid(_sentence(f"{kind}_field", field=field))
    if name != "instanceId" and not field.startswith("attribute:"):
        raise invalid(_sentence(f"{kind}_field", field=field))
    return Strategy(kind, name)
