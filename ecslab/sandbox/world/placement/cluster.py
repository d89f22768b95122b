"""The instances of one cluster, and which of them a task gets.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import log
from typing import ClassVar, Final

from ecslab.sandbox.world.placement import messages
from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.order import OTHER_PROVIDER, Order
from ecslab.sandbox.world.placement.pool import Pool

MOST_POOLS: Final = 64
"""Kinds of tasks whose candidates are remembered."""

Share = Callable[[str], float]
"""A number of 0 to below 1 for a text, always the same for the same text."""


class CannotPlace(Exception):
    """No instance can take a task.

    Args:
        reasons: each ACTIVE instance's id and why not (`RESOURCE:CPU`, `AGENT`, …); none without an instance.
    """

    def __init__(self, reasons: dict[str, str]):
        self.reasons = reasons
        super().__init__(messages.closest(reasons))


class Pools:
    """Pools by order, and the instances that each has not looked at since they changed."""

    def __init__(self) -> None:
        self._pools: dict[Order, tuple[Pool, dict[str, None]]] = {}

    def mark(self, instance_id: str, most: int) -> None:
        """Note that an instance has changed; a pool with more than `most` such is made anew when needed."""
        for order, (_, changed) in list(self._pools.items()):
            changed[instance_id] = None
            if len(changed) > most:
                del self._pools[order]

    def fresh(self, order: Order, instances: dict[str, Instance]) -> Pool:
        """The pool of an order, up to date."""
        pool, changed = self._pools.pop(order, None) or (Pool(order), dict.fromkeys(instances))
        if len(self._pools) >= MOST_POOLS:
            del self._pools[next(iter(self._pools))]
        self._pools[order] = pool, changed  # the one used last is the last to go
        for instance_id in changed:
            if instance_id in instances:
                pool.look_at(instances[instance_id])
            else:
                pool.forget(instance_id)
        changed.clear()
        return pool


@dataclass
class Placement:
    """The instances of a cluster. What is chosen depends on them alone, and not on what was asked before.

    Args:
        share: decides ties and the strategy `random`.
        instances: those registered, by id.
        last_turn: the turn of the instance chosen last.
        listeners: called when an instance is not what it was; what it does now is not settled yet.
    """

    LEFT_OUT: ClassVar = frozenset({"_pools"})

    share: Share
    instances: dict[str, Instance] = field(default_factory=dict)
    last_turn: float = 0.0
    listeners: list[Callable[[], None]] = field(default_factory=list)
    _pools: Pools | None = None

    def add(self, instance: Instance) -> None:
        """Register an instance."""
        self.instances[instance.id] = instance
        self._next_turn(instance)

    def remove(self, instance_id: str) -> None:
        """Forget an instance; KeyError if it is not here."""
        del self.instances[instance_id]
        self._mark(instance_id)

    def changed(self, instance: Instance) -> None:
        """Learn that an instance's status, agent or attributes are no longer what they were."""
        self._mark(instance.id)

    def candidates(self) -> Iterator[Instance]:
        """The instances that tasks may be placed on at all."""
        return (each for each in self.instances.values() if each.status == "ACTIVE")

    def best(self, order: Order) -> Instance | None:
        """The instance that the next such task would get; None if none can take it."""
        self._pools = self._pools or Pools()
        return self._pools.fresh(order, self.instances).best(self.instances)

    def place(self, order: Order, task_id: str) -> Instance:
        """Choose an instance for a task and set aside there what it needs.

        Raises:
            CannotPlace: none can take it; nothing has changed.
        """
        chosen = self.best(order)
        if chosen is None:
            raise CannotPlace(self.refusals(order))
        self.take(chosen, order, task_id)
        return chosen

    def take(self, instance: Instance, order: Order, task_id: str) -> None:
        """Set aside what a task needs on this instance; ValueError if it has no room."""
        instance.take(task_id, order.group, order.needs)
        self.last_turn = max(self.last_turn, instance.turn)
        self._next_turn(instance)

    def give_back(self, instance: Instance, task_id: str) -> None:
        """Free what a task held; KeyError if it is not there."""
        instance.give_back(task_id)
        self._mark(instance.id)

    def refusals(self, order: Order) -> dict[str, str]:
        """Why each ACTIVE instance cannot take the task; those that can are left out."""
        refusals = {each.id: order.refusal(each) for each in self.candidates()}
        return {
            instance_id: reason
            for instance_id, reason in refusals.items()
            if reason and reason != OTHER_PROVIDER
        }

    def _next_turn(self, instance: Instance) -> None:
        """Let an instance wait for its next turn.

        Waits are drawn from the exponential distribution, so that whoever comes next does so with the same
        chance for each, whatever came before.
        """
        share = self.share(f"{instance.id}/{instance.turn}")
        instance.turn = max(instance.turn, self.last_turn) - log(1.0 - share)
        self._mark(instance.id)

    def _mark(self, instance_id: str) -> None:
        for listener in self.listeners:
            listener()
        if self._pools:
            self._pools.mark(instance_id, 4 * len(self.instances) + 64)
