"""Where the tasks of a service on container instances are, and where there is room for more."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.tasks import task_request
from ecslab.sandbox.world.placement.order import ZONE
from ecslab.sandbox.world.placement.order import Order as PlacementOrder
from ecslab.sandbox.world.placement.rules import DEFAULT_OF_SERVICE
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

RULES: Final = ("placementConstraints", "placementStrategy")


def placed(service: Service, order: task_request.Order) -> PlacementOrder | None:
    """What its tasks ask of container instances: they are of the service's group, and spread over zones."""
    if order.placed is None:
        return None
    strategies = order.placed.strategies or DEFAULT_OF_SERVICE
    return replace(order.placed, group=f"service:{service.name}", strategies=strategies)


def place_by(service: Service, params: Mapping[str, object]) -> None:
    """Let placement constraints and strategies of an update hold for tasks that are placed from here on.

    They start no deployment (API_UpdateService).
    """
    given = {member: params[member] for member in RULES if member in params}
    for deployment in service.deployments if given else ():
        spec = deployment.revision.spec
        order: task_request.Order | None = spec.get("order")
        spec["asked"] = {**spec["asked"], **given}
        if order and order.placed:
            rules = placing.with_rules(order.placed, order.definition, spec["asked"])
            spec["order"] = replace(order, placed=rules)


def has_room(service: Service, order: task_request.Order, provider: str | None) -> bool:
    """Whether an instance could take one of its tasks now; never so of Fargate."""
    asked, placement = placed(service, order), order.cluster.placement
    if asked is None or placement is None:
        return False
    return placement.best(replace(asked, provider=provider)) is not None


def in_zone(order: task_request.Order, zone: str) -> task_request.Order:
    """The order for an instance in this zone alone."""
    assert order.placed is not None, "it runs on container instances"
    needs = replace(order.placed.needs, zones=frozenset({zone}))
    return replace(order, placed=replace(order.placed, needs=needs))


def zone_counts(order: task_request.Order, tasks: Iterable[Task]) -> Mapping[str, int]:
    """How many of these tasks are in each zone, in that of each instance that they may be on."""
    asked, placement = order.placed, order.cluster.placement
    if asked is None or placement is None:
        return {}
    able = (each for each in placement.candidates() if each.agent_connected and asked.is_for(each))
    counts = Counter({str(each.attributes.get(ZONE)): 0 for each in able})
    counts.update(str(task.settings.get("availabilityZone")) for task in tasks)
    return counts
