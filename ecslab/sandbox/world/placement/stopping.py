"""In which order the tasks of a service are stopped when it has too many.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.rules import Strategy

_FIELDS: Final = ("cpu", "memory")
Values = tuple[str | None, ...]


def stop_order(
    tasks: Mapping[str, Instance], strategies: Iterable[Strategy], among: Collection[str] | None = None
) -> Iterator[str]:
    """Ids of tasks, the one to stop first; whoever asks for the next has stopped those before.

    `spread` takes it from where most tasks are, `binpack` from where most would be free afterwards; of those
    that are equal the one started last (U). It costs as much as there are instances, for each task.

    Args:
        tasks: the instance of each task by the task's id, in the order in which they started.
        strategies: the service's, in the order in which they apply.
        among: those that may be stopped; all by default.
    """
    queue = _Queue(tasks, [each for each in strategies if each.type != "random"])
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for task_id, instance in tasks.items():
        if among is None or task_id in among:
            alike[instance.id, *(_held(instance, task_id, field) for field in _FIELDS)].append(task_id)
    while alike:
        first = max(alike, key=lambda each: queue.rank(alike[each][-1]))
        task_id = alike[first].pop()
        if not alike[first]:
            del alike[first]
        queue.stop(task_id)
        yield task_id


class _Queue:
    """What the strategies count, as if the tasks that were chosen were gone."""

    def __init__(self, tasks: Mapping[str, Instance], strategies: list[Strategy]):
        self._tasks, self._strategies = tasks, strategies
        self._started = {task_id: number for number, task_id in enumerate(tasks)}
        self._counts: Counter[Values] = Counter()
        self._freed: Counter[tuple[str, str]] = Counter()
        for instance in tasks.values():
            self._counts.update(self._spreads(instance))

    def _spreads(self, instance: Instance) -> list[Values]:
        """What it counts for: the value of the first spread, those of the first two, and so on."""
        values = tuple(each.value(instance) for each in self._strategies if each.type == "spread")
        return [values[:length] for length in range(1, len(values) + 1)]

    def rank(self, task_id: str) -> tuple[int, ...]:
        """How much it is time for a task: the highest goes first."""
        instance = self._tasks[task_id]
        spreads = iter(self._spreads(instance))
        ranks = [
            self._counts[next(spreads)] if each.type == "spread" else self._free_without(task_id, each)
            for each in self._strategies
        ]
        return (*ranks, self._started[task_id])

    def _free_without(self, task_id: str, strategy: Strategy) -> int:
        instance = self._tasks[task_id]
        freed = self._freed[instance.id, strategy.field]
        return strategy.free(instance) + freed + _held(instance, task_id, strategy.field)

    def stop(self, task_id: str) -> None:
        """Count a task no more."""
        instance = self._tasks[task_id]
        self._counts.subtract(self._spreads(instance))
        for field in _FIELDS:
            self._freed[instance.id, field] += _held(instance, task_id, field)


def _held(instance: Instance, task_id: str, field: str) -> int:
    _, needs = instance.tasks[task_id]
    return needs.cpu if field == "cpu" else needs.memory
