"""How the tasks of a capacity provider strategy are split by base and weight."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.task.capacity_split import next_provider, next_with_capacity


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


SPLITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=4)


@given(SPLITS, st.integers(1, 60), st.sets(st.integers(0, 3)))
def test_what_one_provider_lacks_no_other_takes(items, desired, away):
    if not any(weight for _, weight in items):
        items = [(items[0][0], 1), *items[1:]]
    strategy = [
        {"capacityProvider": str(place), "base": base, "weight": weight}
        for place, (base, weight) in enumerate(items)
    ]
    whole, started = Counter(), Counter()
    for _ in range(desired):
        whole[next_provider(strategy, whole)] += 1
    lacking = {str(place) for place in away}
    while started.total() < desired:
        provider = next_with_capacity(strategy, started, desired, lacking)
        if provider in lacking:
            break
        started[provider] += 1
    assert started == {name: count for name, count in whole.items() if name not in lacking}
