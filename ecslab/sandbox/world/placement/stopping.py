"""Which task of a service is stopped first when it has too many.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.rules import Strategy


def first_to_stop(tasks: Mapping[str, Instance], strategies: Iterable[Strategy]) -> str:
    """The id of the task to stop.

    `spread` takes it from where most tasks are, `binpack` from where most would be free afterwards; of those
    that are equal the one started last (U).

    Args:
        tasks: the instance of each task by the task's id, in the order in which they started; at least one.
        strategies: the service's, in the order in which they apply.
    """
    candidates = list(tasks)
    for strategy in strategies:
        if strategy.type == "random":
            continue
        if strategy.type == "spread":
            counts = Counter(strategy.value(tasks[each]) for each in candidates)
            ranks = {each: counts[strategy.value(tasks[each])] for each in candidates}
        else:
            ranks = {each: _free_without(tasks[each], each, strategy) for each in candidates}
        most = max(ranks.values())
        candidates = [each for each in candidates if ranks[each] == most]
    return candidates[-1]


def _free_without(instance: Instance, task_id: str, strategy: Strategy) -> int:
    _, needs = instance.tasks[task_id]
    return strategy.free(instance) + (needs.cpu if strategy.field == "cpu" else needs.memory)
