"""The instances that can take one kind of task, in the order in which placement strategies choose them.

A pool answers for a cluster of any size in about the same time: it looks again only at instances that have
changed since it was asked last. Strategies that spread by an attribute come first as a rule; instances are
kept in one heap for each combination of the values of these. A spread by an attribute after another kind of
strategy is decided among the instances that are equal until there.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.placement.rules import Strategy

Values = tuple[str | None, ...]
Rank = tuple[float, ...]
_OWN: Final = "instanceId"


@dataclass(slots=True)
class Entry:
    """What the pool knows of an instance: its spread values, its tasks of the group, and its latest rank."""

    values: Values
    count: int
    rank: Rank | None = None


@dataclass(slots=True)
class Pool:
    """The candidates for one order.

    Args:
        order: what is to be placed.
    """

    order: Order
    _leading: tuple[Strategy, ...] = ()
    _middle: tuple[Strategy, ...] = ()
    _trailing: tuple[Strategy, ...] = ()
    _entries: dict[str, Entry] = field(default_factory=dict)
    _heaps: dict[Values, list[tuple[Rank, str]]] = field(default_factory=lambda: defaultdict(list))
    _counts: Counter[Values] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        strategies = list(self.order.strategies)
        leading = next((i for i, each in enumerate(strategies) if not _by_attribute(each)), len(strategies))
        rest = strategies[leading:]
        until = next((i for i, each in enumerate(rest) if _by_attribute(each)), len(rest))
        self._leading = tuple(strategies[:leading])
        self._middle, self._trailing = tuple(rest[:until]), tuple(rest[until:])

    def look_at(self, instance: Instance) -> None:
        """Learn that an instance is new here or has changed."""
        self.forget(instance.id)
        values = tuple(each.value(instance) for each in self._leading)
        entry = self._entries[instance.id] = Entry(values, instance.groups.get(self.order.group, 0))
        self._count(entry, 1)
        if instance.status == "ACTIVE" and self.order.refusal(instance) is None:
            entry.rank = (*_ranks(self._middle, instance, self.order.group), instance.turn)
            heapq.heappush(self._heaps[values], (entry.rank, instance.id))
            self._sweep(self._heaps[values])

    def _sweep(self, heap: list[tuple[Rank, str]]) -> None:
        """Drop what is out of date from a heap that has become long."""
        if len(heap) > 4 * len(self._entries) + 16:
            heap[:] = sorted(item for item in heap if self._is_current(item))

    def forget(self, instance_id: str) -> None:
        """Learn that an instance is no longer in the cluster."""
        entry = self._entries.pop(instance_id, None)
        if entry:
            self._count(entry, -1)

    def _count(self, entry: Entry, sign: int) -> None:
        if entry.count:
            for level in range(1, len(entry.values) + 1):
                self._counts[entry.values[:level]] += sign * entry.count

    def best(self, instances: "dict[str, Instance]") -> Instance | None:
        """The instance for the next task, out of a cluster's by id; None if none can take it."""
        tops = {values: heap[0] for values, heap in self._heaps.items() if self._trim(heap)}
        for level in range(1, len(self._leading) + 1):
            if len(tops) > 1:
                fewest = min(self._counts[values[:level]] for values in tops)
                tops = {values: top for values, top in tops.items() if self._counts[values[:level]] == fewest}
        if not tops:
            return None
        if self._trailing:
            return self._best_of_equals(tops, instances)
        return instances[min(tops.values())[1]]

    def _trim(self, heap: list[tuple[Rank, str]]) -> bool:
        """Drop what is out of date from the top; whether anything is left."""
        while heap and not self._is_current(heap[0]):
            heapq.heappop(heap)
        return bool(heap)

    def _is_current(self, item: tuple[Rank, str]) -> bool:
        entry = self._entries.get(item[1])
        return entry is not None and entry.rank == item[0]

    def _best_of_equals(self, tops: Iterable[Values], instances: "dict[str, Instance]") -> Instance:
        """Apply the strategies after the first spread by attribute that does not lead."""
        current = {
            item[1]: item[0] for values in tops for item in self._heaps[values] if self._is_current(item)
        }
        least = min(rank[:-1] for rank in current.values())
        equals = [instances[each] for each, rank in current.items() if rank[:-1] == least]
        return choose(equals, list(instances.values()), self.order.group, self._trailing, self._leading)


def choose(
    candidates: list[Instance],
    instances: list[Instance],
    group: str,
    strategies: Iterable[Strategy],
    spread_by: Iterable[Strategy] = (),
) -> Instance:
    """The best of some candidates, by looking at all of them.

    Args:
        candidates: at least one; all can take the task.
        instances: those of the whole cluster, whose tasks are counted.
        spread_by: spreads that were applied before: a later one counts within their values.
    """
    before = list(spread_by)
    for strategy in strategies:
        if _by_attribute(strategy):
            before.append(strategy)
            counts: Counter[Values] = Counter()
            for instance in instances:
                counts[_values(before, instance)] += instance.groups.get(group, 0)
            ranks = {each.id: float(counts[_values(before, each)]) for each in candidates}
        else:
            ranks = {each.id: _rank(strategy, each, group) for each in candidates}
        least = min(ranks.values())
        candidates = [each for each in candidates if ranks[each.id] == least]
    return min(candidates, key=lambda each: (each.turn, each.id))


def _by_attribute(strategy: Strategy) -> bool:
    return strategy.type == "spread" and strategy.field != _OWN


def _values(strategies: Iterable[Strategy], instance: Instance) -> Values:
    return tuple(each.value(instance) for each in strategies)


def _ranks(strategies: Iterable[Strategy], instance: Instance, group: str) -> Rank:
    """How good an instance is by strategies that look at it alone; the least is the best."""
    return tuple(_rank(each, instance, group) for each in strategies)


def _rank(strategy: Strategy, instance: Instance, group: str) -> float:
    if strategy.type == "random":
        return instance.turn
    if strategy.type == "spread":
        return instance.groups.get(group, 0)
    return strategy.free(instance)
