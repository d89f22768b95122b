"""The documented formula of managed scaling, on random histories; and how strategies split tasks."""

import itertools
import math
import random
from fractions import Fraction

import pytest

from ecslab.sandbox.world.capacity_provider import target_tracking
from ecslab.sandbox.world.capacity_provider.provider import ManagedScaling
from ecslab.sandbox.world.capacity_provider.reservation import Size, additional, reservation
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.task.capacity_split import next_provider

HISTORIES, MINUTES = 100, 60
TYPES = (Size(2048, 3973, 2), Size(4096, 7946, 3))


def packed(tasks, size):
    """How many instances so many equal tasks fill, by putting one after the other; None if none fits."""
    left = []
    for cpu, memory, interfaces in tasks:
        place = next(
            (each for each in left if each[0] >= cpu and each[1] >= memory and each[2] >= interfaces), None
        )
        if place is None:
            place = [size.cpu, size.memory, size.interfaces]
            left.append(place)
        if place[0] < cpu or place[1] < memory or place[2] < interfaces:
            return None
        place[0], place[1], place[2] = place[0] - cpu, place[1] - memory, place[2] - interfaces
    return len(left)


def documented(waiting, running, in_use, types, least, most):
    """M / N x 100 as the developer guide words it, in fractions.

    Groups of equal tasks are packed on the largest type; what the smallest type cannot run is left out.
    """
    needed = [0]
    for _, alike in itertools.groupby(sorted(waiting)):
        group = list(alike)
        if packed(group[:1], types[0]) is not None:
            needed.append(packed(group, types[-1]))
    more = min(max(max(needed), least), most) if max(needed) else 0
    if not running:
        return Fraction(200 if more else 100)
    return Fraction(running + more if more else in_use, running) * 100


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_documented_formula(seed):
    """Each minute of a history: tasks come and go, and instances as the policy asks for them."""
    draw = random.Random(seed)
    types = draw.choice((TYPES[:1], TYPES[1:], TYPES))
    target = draw.choice((60, 80, 90, 100))
    least = draw.choice((1, 1, 2))
    scaling = ManagedScaling(True, target, least, draw.choice((least, 3, 10_000)), 0)
    scaling = scaling if scaling.minimum_step <= scaling.maximum_step else ManagedScaling(True, target)
    kinds = [
        (draw.choice((256, 512, 3000)), draw.choice((500, 1500, 5000)), draw.choice((0, 1))) for _ in range(3)
    ]
    waiting, desired, running, in_use = [], 0, 0, 0
    for _ in range(MINUTES):
        waiting = [*waiting, *draw.choices(kinds, k=draw.randrange(6))][: draw.randrange(30)]
        in_use = draw.randint(0, running)
        expected = documented(waiting, running, in_use, types, scaling.minimum_step, scaling.maximum_step)
        needs = [Needs(cpu, memory, interfaces=interfaces) for cpu, memory, interfaces in waiting]
        value = reservation(running, in_use, additional(needs, types, scaling))
        assert value == pytest.approx(float(expected))
        exact = math.ceil(max(running, 1) * expected / target)
        if expected > target:
            after = target_tracking.scale_out(running, desired, 50, value, target)
            assert after == (min(exact, 50) if min(exact, 50) > desired else None)
        elif expected < target:
            after = target_tracking.scale_in(running, desired, 0, value, target)
            floor = desired - max(desired // 2, 1)
            wanted = max(0 if not expected else exact, floor, 0)
            assert after == (wanted if wanted < desired else None)
        else:
            after = None
        desired = desired if after is None else after
        running = desired


STRATEGIES = {
    "equal weights": ((0, 1), (0, 1), (0, 1)),
    "one to two to three": ((0, 1), (0, 2), (0, 3)),
    "one to four, the third for its base": ((0, 1), (0, 4), (5, 0)),
    "a base and weights": ((10, 1), (0, 1), (0, 2)),
    "a base that is everything": ((100, 1), (0, 1), (0, 1)),
    "a weight of nothing": ((0, 0), (0, 1), (0, 1)),
    "great weights": ((0, 1000), (0, 500), (0, 1)),
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_splits_of_1_to_100_tasks(name):
    """Base first; then each share is within one of its ideal, and exact at multiples of the weights' sum."""
    strategy = [
        {"capacityProvider": f"cp-{place}", "base": base, "weight": weight}
        for place, (base, weight) in enumerate(STRATEGIES[name])
    ]
    total = sum(each["weight"] for each in strategy)
    bases = sum(each["base"] for each in strategy)
    counts = dict.fromkeys((each["capacityProvider"] for each in strategy), 0)
    for count in range(1, 101):
        counts[next_provider(strategy, counts)] += 1
        rest = max(count - bases, 0)
        for each in strategy:
            beyond = counts[each["capacityProvider"]] - min(each["base"], count)
            ideal = Fraction(rest * each["weight"], total)
            assert abs(beyond - ideal) <= 1, (count, counts)
            if rest % total == 0:
                assert beyond == ideal
    assert sum(counts.values()) == 100
