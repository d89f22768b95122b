"""Which capacity provider the next task of a strategy goes to: first the base, then by the ratio of weights.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
"""

from collections.abc import Mapping, Sequence
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
