"""Availability Zone rebalancing: which services can have it, and what of it is refused.

It is for services that spread over zones before all else, and may have a task more than they want. One that
cannot have it, and says nothing of it, is made without: so AWS announced it when it became the default.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.placement.order import ZONE
from ecslab.sandbox.world.texts import Sentences

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CreateServiceRequestTypeDef, UpdateServiceRequestTypeDef

BY_PLACEMENT: Final = 8
"""The behaviour from which on it depends on placement strategies and constraints, and on the launch type."""
_sentence: Final = Sentences(__file__)


def checked(
    params: "CreateServiceRequestTypeDef | UpdateServiceRequestTypeDef",
    described: "CreateServiceRequestTypeDef",
    before: str,
    daemon: bool,
    most: int,
) -> str:
    """`availabilityZoneRebalancing` after a request; AwsError if it cannot be on.

    Args:
        described: what describes the service's tasks, with what the request leaves out filled in.
        before: what it was; of a new service, the default.
        most: `maximumPercent`.
    """
    given = params.get("availabilityZoneRebalancing")
    wanted: str = given or before
    if wanted != "ENABLED":
        return wanted
    done = "created" if "serviceName" in params else "updated"
    if daemon:
        raise invalid(_sentence("daemon"))
    if most <= 100:
        if current_account().behaviour < 2 and given is None:
            return "DISABLED"
        raise invalid(_sentence("percent", done=done))
    unfit = _unfit(dict(described)) if current_account().behaviour >= BY_PLACEMENT else None
    if unfit is None:
        return wanted
    if given is None and done == "created":
        return "DISABLED"
    raise invalid(_sentence(unfit, done=done))


def _unfit(described: Mapping[str, object]) -> str | None:
    """The sentence for what of a service rebalancing does not support; None if it can have it."""
    if described.get("launchType") == "EXTERNAL":
        return "external"
    strategies = rules.strategies(described.get("placementStrategy") or ())  # type: ignore[arg-type]
    if strategies and strategies[0] != rules.DEFAULT_OF_SERVICE[0]:
        return "strategy"
    constraints = rules.constraints(described.get("placementConstraints") or ())  # type: ignore[arg-type]
    if any(f"attribute:{ZONE}" in each.expression for each in constraints):
        return "constraint"
    return None
