"""CapacityProviderReservation: instances that are needed, out of those that run.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.capacity_provider.provider import ManagedScaling
from ecslab.sandbox.world.placement.instance import Needs

NAMESPACE: Final = "AWS/ECS/ManagedScaling"
METRIC: Final = "CapacityProviderReservation"
BALANCED: Final = 100.0
"""Neither too many nor too few; also of a group without instances that nobody needs."""
FROM_NOTHING: Final = 200.0
"""A group without instances that are needed: it begins with two."""


@dataclass(frozen=True, slots=True)
class Size:
    """What an instance of a type has for tasks: CPU units, MiB, and interfaces of their own."""

    cpu: int
    memory: int
    interfaces: int

    def room(self, needs: Needs) -> int:
        """How many tasks of these needs one instance takes."""
        limits = [
            have // want
            for have, want in (
                (self.cpu, needs.cpu), (self.memory, needs.memory), (self.interfaces, needs.interfaces)
            )
            if want
        ]  # fmt: skip
        if needs.ports or needs.udp_ports:
            limits.append(1)
        return min(limits, default=1_000_000)


def additional(waiting: Iterable[Needs], sizes: Sequence[Size], scaling: ManagedScaling) -> int:
    """How many instances more are needed for tasks that wait for one.

    Tasks are grouped by equal needs; each group is packed on the largest type, and one that does not fit the
    smallest is left out. U: that of several groups the one that needs most decides, and not their sum.
    """
    if not sizes:
        return 0
    smallest = _extreme(sizes, min)
    largest = _extreme(sizes, max)
    counts = [
        math.ceil(count / largest.room(needs))
        for needs, count in Counter(waiting).items()
        if smallest.room(needs)
    ]
    most = max(counts, default=0)
    return min(max(most, scaling.minimum_step), scaling.maximum_step) if most else 0


def reservation(running: int, in_use: int, more: int) -> float:
    """The metric's value, in per cent: M / N.

    Args:
        running: N, the group's instances that run.
        in_use: those of them with a task that is no daemon's.
        more: how many more are needed for tasks that wait.
    """
    if not running:
        return FROM_NOTHING if more else BALANCED
    return (running + more if more else in_use) / running * 100


def _extreme(sizes: Sequence[Size], of: Callable[[Iterable[int]], int]) -> Size:
    """The smallest or largest type, by each of what it has."""
    return Size(
        of([each.cpu for each in sizes]),
        of([each.memory for each in sizes]),
        of([each.interfaces for each in sizes]),
    )
