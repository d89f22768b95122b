"""What it costs to choose container instances for tasks."""

import random
import time
from collections.abc import Callable

from ecslab.sandbox.world.placement.cluster import Placement
from ecslab.sandbox.world.placement.instance import Instance, Needs
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.placement.rules import Constraint, Strategy
from tests.bench.measure import Row, in_turns

__all__ = ["PLACEMENT_ROWS"]

ORDER = Order(
    "service:web",
    Needs(cpu=128, memory=256),
    (Constraint("memberOf", "attribute:ecs.instance-type =~ c5.*"),),
    (Strategy("spread", "attribute:ecs.availability-zone"), Strategy("binpack", "memory")),
)


def placed() -> Row:
    """1,000 tasks on 200 instances with two strategies and a constraint, against 100 on 20."""
    times = in_turns(_placing(1000, 200), _placing(100, 20), rounds=15)
    return Row(
        "1,000 tasks placed on 200 instances", "100 on 20", 15.0, times[0] * 1000, times[1] * 1000, "ms"
    )


def _placing(tasks: int, instances: int) -> Callable[[], float]:
    def measured() -> float:
        placement = Placement(_share())
        for number in range(instances):
            attributes = {"ecs.availability-zone": "abc"[number % 3], "ecs.instance-type": "c5.large"}
            placement.add(Instance(f"{number:032x}", f"i-{number}", 2048, 3800, attributes=dict(attributes)))
        began = time.process_time()
        for number in range(tasks):
            placement.place(ORDER, str(number))
        return time.process_time() - began

    return measured


def _share() -> Callable[[str], float]:
    drawn = random.Random(7)
    return lambda _: drawn.random()


PLACEMENT_ROWS = {"placed": placed}
