"""Which capacity provider the next task of a strategy goes to: first the base, then by the ratio of weights.

A provider that has no capacity keeps its share: no other one takes over
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html).

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CapacityProviderStrategyItemTypeDef


def next_provider(
    strategy: "Sequence[CapacityProviderStrategyItemTypeDef]", counts: Mapping[str, int]
) -> str:
    """The capacity provider of the next task.

    Which provider gets what does not divide evenly is not documented (U): the one furthest behind, in the
    strategy's order.

    Args:
        strategy: items with base and weight filled in; at least one has a weight.
        counts: how many tasks each provider has already; none counts as 0.
    """
    for item in strategy:
        if counts.get(item["capacityProvider"], 0) < item["base"]:
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if item["weight"]]

    def share(item: "CapacityProviderStrategyItemTypeDef") -> float:
        return float((counts.get(item["capacityProvider"], 0) - item["base"]) / item["weight"])

    return str(min(weighted, key=share)["capacityProvider"])


def next_with_capacity(
    strategy: "Sequence[CapacityProviderStrategyItemTypeDef]",
    counts: Mapping[str, int],
    desired: int,
    lacking: Container[str],
) -> str:
    """The capacity provider of the next task, where some have no capacity.

    Those of the desired tasks that a lacking provider would have wait for it; the others start. When only
    such are left, the answer is a lacking provider.

    Args:
        strategy, counts: as `next_provider` takes them.
        desired: how many tasks there are to be.
        lacking: names of the providers without capacity.
    """
    first = provider = next_provider(strategy, counts)
    waiting = Counter(counts)
    while provider in lacking:
        waiting[provider] += 1
        if waiting.total() >= desired:
            return first
        provider = next_provider(strategy, waiting)
    return provider
