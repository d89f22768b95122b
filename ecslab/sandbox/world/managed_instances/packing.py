"""Which instances are launched for tasks that wait: in which zones, of which types, and for which of them.

Tasks of a service are spread over Availability Zones first, and those of one zone are packed on as few
instances as cost least. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-auto-scaling.html
U: all that goes beyond that page, as whether a larger instance is preferred to two.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.managed_instances.instance_type import InstanceType
from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.order import Order

SPREAD: Final = 3
"""Zones over which a service's tasks are spread at least, where there are so many (the page)."""
WINDOW: Final = 100
"""Tasks that are looked at for one instance."""

Empty = Callable[[InstanceType, str], Instance]
"""An instance of a type in a zone as it will register, with nothing on it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that waits: its id, what it asks of its instance, and the architecture that it runs on."""

    id: str
    order: Order
    architecture: str


@dataclass(slots=True)
class Launch:
    """An instance that is to be launched, and the tasks that it is launched for."""

    type: InstanceType
    zone: str
    tasks: list[str] = field(default_factory=list)


def plan(
    waiting: Sequence[Wanted],
    zones: Sequence[str],
    types: Sequence[InstanceType],
    by_zone: Mapping[str, Counter[str]],
    empty: Empty,
) -> tuple[list[Launch], list[str]]:
    """The instances to launch, and the ids of tasks that none of the types can take.

    Args:
        waiting: those that have waited longest first.
        zones: those in which the provider has subnets; at least one.
        types: that may be launched, the cheapest first.
        by_zone: tasks by group, of each zone, on instances that are there or come.
    """
    parts: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for task, zone in _zoned(waiting, zones, by_zone):
        parts[zone, task.architecture].append(task)
    launches: list[Launch] = []
    impossible: list[str] = []
    for (zone, architecture), tasks in parts.items():
        fitting = [kind for kind in types if kind.architecture == architecture]
        packed, left = _pack(tasks, zone, fitting, empty)
        launches += packed
        impossible += left
    return launches, impossible


def _zoned(
    waiting: Sequence[Wanted], zones: Sequence[str], by_zone: Mapping[str, Counter[str]]
) -> list[tuple[Wanted, str]]:
    """A zone for each task: of a service the one that has the fewest, of others the first."""
    counts: dict[str, Counter[str]] = {zone: Counter(by_zone.get(zone, ())) for zone in zones}
    chosen = []
    for task in waiting:
        possible = [zone for zone in zones if not task.order.needs.zones or zone in task.order.needs.zones]
        possible = possible[:SPREAD] or list(zones[:1])
        group = task.order.group
        zone = possible[0]
        if group.startswith("service:"):
            zone = min(possible, key=lambda each: counts[each][group])
        counts[zone][group] += 1
        chosen.append((task, zone))
    return chosen


def _pack(
    tasks: Sequence[Wanted], zone: str, types: Sequence[InstanceType], empty: Empty
) -> tuple[list[Launch], list[str]]:
    left = sorted(tasks, key=lambda task: (-task.order.needs.memory, -task.order.needs.cpu))
    launches, impossible = [], []
    while left:
        best = _cheapest(left[:WINDOW], zone, types, empty)
        if best is None:
            impossible.append(left.pop(0).id)  # the largest: what is smaller may fit
            continue
        kind, count = best, len(_taken(empty(best, zone), left[:WINDOW]))
        while left:
            taken = _taken(empty(kind, zone), left[:WINDOW])
            if len(taken) < count:
                break
            launches.append(Launch(kind, zone, taken))
            left = [task for task in left if task.id not in set(taken)]
    return launches, impossible


def _cheapest(
    tasks: Sequence[Wanted], zone: str, types: Sequence[InstanceType], empty: Empty
) -> InstanceType | None:
    """The type that takes the first of the tasks and costs least by the task; of equals the larger one."""
    best: tuple[tuple[float, int], InstanceType] | None = None
    for kind in types:
        if best and _cost(kind, len(tasks)) > best[0][0]:
            continue  # not even with all of the tasks on it
        instance = empty(kind, zone)
        if tasks[0].order.refusal(instance):
            continue
        count = len(_taken(instance, tasks))
        cost = _cost(kind, count), -count
        if best is None or cost < best[0]:
            best = cost, kind
    return best[1] if best else None


def _cost(kind: InstanceType, count: int) -> float:
    """What each of so many tasks costs on an instance of this type."""
    return float("inf") if kind.price is None else round(kind.price / count, 9)


def _taken(instance: Instance, tasks: Sequence[Wanted]) -> list[str]:
    """Which of the tasks an empty instance takes, in this order; it has them then."""
    fitting = []
    for task in tasks:
        if not task.order.refusal(instance):
            instance.take(task.id, task.order.group, task.order.needs)
            fitting.append(task.id)
    return fitting
