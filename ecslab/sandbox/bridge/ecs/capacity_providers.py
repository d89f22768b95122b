"""Which capacity providers a cluster has, and which strategies: Fargate's two, and Auto Scaling groups'.

Source: API operation PutClusterCapacityProviders, and API_CapacityProviderStrategyItem.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import provider_usage, state
from ecslab.sandbox.bridge.ecs.capacity import association, operations
from ecslab.sandbox.bridge.ecs.capacity.operations import FARGATE
from ecslab.sandbox.bridge.ecs.managed_instances import known
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.shapes import name_in
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.world.errors import AwsError, invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_IN_STRATEGY: Final = 20
MOST_WEIGHT: Final = 1000
MOST_BASE: Final = 100_000
_TWO_BASES: Final = (
    "There are multiple capacity providers in the specified capacity provider strategy with a base value "
    "greater than zero. Only one capacity provider can have a base value greater than zero. Specify a valid "
    "capacity provider strategy and try again."
)
_TWO_BASES_OF_CLUSTER: Final = (
    "The specified capacity provider strategy contains multiple capacity providers with a base value "
    "defined. Only one capacity provider per strategy can have a base value defined."
)

_MIX: Final = (
    "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and "
    "Fargate providers. Specify one or the other and try again."
)


def associate(
    cluster: Cluster,
    names: Sequence[str],
    strategy: "Sequence[api.CapacityProviderStrategyItemTypeDef]",
    caller: Caller,
) -> None:
    """Give a cluster other providers and another default strategy; AwsError, and it is as it was.

    Those of managed instances are not given: they stay with the cluster that they were made for.
    """
    of_groups, before = state.of(caller.region).providers, list(cluster.capacity_providers)
    managed = [name for name in before if known.is_managed(caller.region, name)]
    chosen = list(dict.fromkeys(str(name_in("capacity-provider", name, caller)) for name in names))
    for name in chosen:
        if known.is_managed(caller.region, name):
            raise invalid(sentence("associated"))
        if name not in FARGATE and (name not in of_groups or of_groups[name].status != "ACTIVE"):
            raise invalid(  # U
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
            )
        provider = of_groups.get(name)
        if provider and provider.scaling.enabled and provider.cluster not in ("", cluster.name):
            raise operations.in_other_cluster()
    chosen += managed
    checked = checked_strategy(strategy, chosen, caller.region, of_cluster=True) if strategy else []
    _refuse_in_use(cluster, set(before) - set(chosen))
    cluster.capacity_providers, cluster.default_strategy = chosen, checked


def _refuse_in_use(cluster: Cluster, removed: set[str]) -> None:
    """A provider that tasks or services use stays with its cluster; those of Fargate may go (U)."""
    if (removed - set(FARGATE)) & provider_usage.used_by(cluster):
        raise AwsError(
            "ResourceInUseException",
            "The specified capacity provider is in use and cannot be removed from the cluster. Remove the "
            "services and tasks that use it and try again.",  # U: from "from the cluster" on
        )


def connect(cluster: Cluster, before: Sequence[str], caller: Caller) -> None:
    """Let the providers that a cluster has been given act for it, and those that it had before no more."""
    gone = [name for name in before if name not in cluster.capacity_providers]
    association.disconnect(caller.region, gone)
    new = [name for name in cluster.capacity_providers if name not in before]
    association.connect(caller.region, cluster, new)


def is_fargate(strategy: "Sequence[api.CapacityProviderStrategyItemTypeDef]") -> bool:
    """Whether a strategy is of Fargate's providers; checked strategies are of one sort."""
    return bool(strategy) and strategy[0]["capacityProvider"] in FARGATE


def checked_strategy(
    strategy: "Sequence[api.CapacityProviderStrategyItemTypeDef]",
    associated: list[str],
    region: str,
    *,
    of_cluster: bool = False,
) -> Strategy:
    """A strategy with weight (0-1000) and base (0-100000) filled in.

    `associated` are the cluster's capacity providers, of this Region. Two sentences of AwsError are other
    ones where the strategy is a cluster's default (both: cdk-preflight).
    """
    if len(strategy) > MOST_IN_STRATEGY:  # U
        raise invalid(f"capacityProviderStrategy can have at most {MOST_IN_STRATEGY} items.")
    filled: Strategy = [
        {"capacityProvider": item["capacityProvider"], "weight": item.get("weight", 0),
         "base": item.get("base", 0)}
        for item in strategy
    ]  # fmt: skip
    if len({item["capacityProvider"] for item in filled}) < len(filled):
        raise invalid("A capacity provider may only be specified once in a strategy.")
    for item in filled:
        _check_range("weight", item["weight"], MOST_WEIGHT)
        _check_range("base", item["base"], MOST_BASE)
    names = [item["capacityProvider"] for item in filled]
    _check_associated(names, associated, of_cluster)
    if not any(item["weight"] for item in filled):
        raise invalid(
            "There are no capacity providers in the capacity provider strategy with a weight value greater "
            "than zero. Specify a weight value greater than zero for at least one capacity provider and try "
            "again."
        )
    _check_family(names, region)
    if sum(item["base"] > 0 for item in filled) > 1:
        raise invalid(_TWO_BASES_OF_CLUSTER if of_cluster else _TWO_BASES)
    return filled


def _check_associated(names: Sequence[str], associated: Sequence[str], of_cluster: bool) -> None:
    if any(name not in associated for name in names):
        where = "with the cluster or specify a valid capacity provider" if of_cluster else "with the cluster"
        raise invalid(
            "The specified capacity provider strategy cannot contain a capacity provider that is not "
            f"associated with the cluster. Associate the capacity provider {where} and try again."
        )


def _check_family(names: Sequence[str], region: str) -> None:
    """Refuse providers of more than one sort, and one of managed instances that is being made, or going.

    Those of one strategy are all of Fargate, of groups, or of managed instances (developer guide).
    """
    managed = [name for name in names if known.is_managed(region, name)]
    if managed and len(managed) < len(names):  # U
        raise invalid(sentence("mix"))
    if len({name in FARGATE for name in names}) > 1:  # U
        raise invalid(_MIX)
    for name in managed:
        if state.of(region).managed_providers[name].status != "ACTIVE":
            raise invalid(sentence("inactive", name=name))


def _check_range(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:  # U
        raise invalid(f"capacityProviderStrategy.{name} should be between 0 and {most}.")
