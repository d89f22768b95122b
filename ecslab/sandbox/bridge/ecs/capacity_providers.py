"""Capacity providers: FARGATE and FARGATE_SPOT, which every account has and a cluster must be given.

Auto Scaling group providers are not carried. Source: API operations PutClusterCapacityProviders and
DescribeCapacityProviders.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs.shapes import Answer, missing, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.world.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

FARGATE: Final = ("FARGATE", "FARGATE_SPOT")
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


def associate(
    cluster: Cluster,
    names: Sequence[str],
    strategy: "Sequence[api.CapacityProviderStrategyItemTypeDef]",
    caller: Caller,
) -> None:
    """Give a cluster other providers and another default strategy; AwsError, and it is as it was."""
    for name in names:
        if name_in("capacity-provider", name, caller) not in FARGATE:
            raise invalid(  # U
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
            )
    chosen = list(dict.fromkeys(str(name_in("capacity-provider", name, caller)) for name in names))
    checked = checked_strategy(strategy, chosen, of_cluster=True) if strategy else []
    cluster.capacity_providers, cluster.default_strategy = chosen, checked


def checked_strategy(
    strategy: "Sequence[api.CapacityProviderStrategyItemTypeDef]",
    associated: list[str],
    *,
    of_cluster: bool = False,
) -> Strategy:
    """A strategy with weight (0-1000) and base (0-100000) filled in.

    `associated` are the cluster's capacity providers. Two sentences of AwsError are other ones where the
    strategy is a cluster's default (both: cdk-preflight).
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
    if any(item["capacityProvider"] not in associated for item in filled):
        where = "with the cluster or specify a valid capacity provider" if of_cluster else "with the cluster"
        raise invalid(
            "The specified capacity provider strategy cannot contain a capacity provider that is not "
            f"associated with the cluster. Associate the capacity provider {where} and try again."
        )
    if not any(item["weight"] for item in filled):
        raise invalid(
            "There are no capacity providers in the capacity provider strategy with a weight value greater "
            "than zero. Specify a weight value greater than zero for at least one capacity provider and try "
            "again."
        )
    if sum(item["base"] > 0 for item in filled) > 1:
        raise invalid(_TWO_BASES_OF_CLUSTER if of_cluster else _TWO_BASES)
    return filled


def _check_range(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:  # U
        raise invalid(f"capacityProviderStrategy.{name} should be between 0 and {most}.")


def describe_capacity_providers(
    params: "api.DescribeCapacityProvidersRequestTypeDef", caller: Caller
) -> Answer:
    wanted = params.get("capacityProviders") or list(FARGATE)
    names = {identifier: name_in("capacity-provider", identifier, caller) for identifier in wanted}
    providers = [_view(name, caller) for name in names.values() if name in FARGATE]
    absent = [identifier for identifier, name in names.items() if name not in FARGATE]
    failures = [missing("capacity-provider", identifier, caller) for identifier in absent]
    return {**page("capacityProviders", providers, params), "failures": failures}


def _view(name: str, caller: Caller) -> dict[str, object]:
    arn = caller.ecs_arn(f"capacity-provider/{name}")
    return {"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": [], "type": name}
