"""How the tasks of a capacity provider strategy are split by base and weight."""

from collections import Counter

import pytest

from ecslab.sandbox.world.task.capacity_split import next_provider


def split(count, on_demand, spot):
    """How many of `count` tasks are on demand and on Spot; each argument is (base, weight)."""
    strategy = [
        {"capacityProvider": name, "base": base, "weight": weight}
        for name, (base, weight) in (("FARGATE", on_demand), ("FARGATE_SPOT", spot))
    ]
    counts = Counter()
    for _ in range(count):
        counts[next_provider(strategy, counts)] += 1
    return counts["FARGATE"], counts["FARGATE_SPOT"]


@pytest.mark.parametrize(
    ("count", "on_demand", "spot", "expected"),
    [
        (10, (0, 1), (0, 1), (5, 5)),
        (10, (2, 1), (0, 4), (4, 6)),
        (3, (3, 0), (0, 1), (3, 0)),
        (8, (3, 0), (0, 1), (3, 5)),
        (8, (0, 1), (0, 3), (2, 6)),
        (1, (0, 1), (0, 1), (1, 0)),
    ],
)
def test_base_first_then_by_weight(count, on_demand, spot, expected):
    assert split(count, on_demand, spot) == expected
