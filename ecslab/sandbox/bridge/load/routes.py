"""Where a listener's visitors go: its rules and weights, healthy targets, and the tasks behind them."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from moto.elbv2.models import FakeListener, FakeTargetGroup

from ecslab.sandbox.bridge.elbv2 import target_access
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.bridge.load import usage
from ecslab.sandbox.bridge.load.streams import Stream
from ecslab.sandbox.bridge.open_ports import task_behind
from ecslab.sandbox.http_message import INTERNET, HttpRequest
from ecslab.sandbox.world.load.queueing import Cost, Power
from ecslab.sandbox.world.load.traffic import Place, Route, Trouble
from ecslab.sandbox.world.load_balancing.listeners import Fixed, Forward, choose
from ecslab.sandbox.world.load_balancing.target_group import Target, TargetGroup
from ecslab.sandbox.world.task.container import RESTING
from ecslab.sandbox.world.task.task import Task

NOBODY: Final = Route(answers=(("gone", 1.0),))
"""The load balancer or its listener was deleted, or does not answer yet: its name leads nowhere."""
_TAKING: Final = (("healthy", "unavailable"), ("unhealthy",))
_STRANGER: Final = Power(1.0)


class Behind(NamedTuple):
    """What is behind a target: a task if it is one's address, and why nothing answers, if so."""

    task: Task | None
    trouble: Trouble | None


def route_of(stream: Stream) -> Route:
    """Where a stream's requests go at this moment; `shared` below divides a task among streams."""
    balancer, listener = stream.balancer, stream.listener()
    if balancer is None or listener is None or not balancer.active:
        return NOBODY
    request = HttpRequest("GET", stream.path, "", {"host": balancer.dns_name}, b"", INTERNET)
    rule = choose(stream.backend.rules(listener), request)
    assert rule is not None, "a listener has a default rule"
    action = rule.action
    if isinstance(action, Fixed):
        return Route(answers=((f"fixed {action.status}", 1.0),))
    if not isinstance(action, Forward):
        return Route(answers=((f"redirect {action.status}", 1.0),))
    return _forwarded(stream, balancer, listener, action)


def shared(routes: Mapping[str, Route]) -> dict[str, Route]:
    """The same routes, where a task that several targets or streams stand for is divided among them."""
    stand = Counter(usage.task_id(place.key) for route in routes.values() for place in route.places)
    if all(count == 1 for count in stand.values()):
        return dict(routes)
    return {
        name: replace(route, places=tuple(_part(place, stand) for place in route.places))
        for name, route in routes.items()
    }


def _part(place: Place, stand: Mapping[str, int]) -> Place:
    parts = stand[usage.task_id(place.key)]
    return replace(place, power=Power(place.power.vcpu / parts), room=place.room / parts)


def _forwarded(stream: Stream, balancer: LoadBalancer, listener: FakeListener, action: Forward) -> Route:
    if listener.protocol == "HTTPS":  # refused at the start; the listener was changed since
        return NOBODY
    total = sum(weight for _, weight in action.groups)
    places, lost = [], 0.0 if total else 1.0
    for arn, weight in action.groups:
        group, pool = stream.backend.target_group(arn)
        takers = _takers(pool) if weight else []
        if weight and not takers:
            lost += weight / total
        share = weight / total / len(takers) if takers else 0.0
        places += [_place(stream, balancer, group, target, share) for target in takers]
    places += _draining(stream, {place.key for place in places})
    return Route(tuple(places), (("503", lost),) if lost else ())


def _takers(pool: TargetGroup) -> list[Target]:
    """Healthy targets; if there are none, unhealthy ones (a group fails open)."""
    targets = list(pool)
    for states in _TAKING:
        chosen = [target for target in targets if target.state in states]
        if chosen:
            return chosen
    return []


def _draining(stream: Stream, getting: Collection[str]) -> Iterator[Place]:
    """Targets that get nothing any more, and still work on what they have."""
    for place in stream.traffic.route.places:
        if place.key in stream.traffic.backlogs and place.key not in getting:
            group = stream.backend.target_groups.get(place.group)
            if group is not None and _still_there(stream.backend, group, place.key):
                yield replace(place, share=0.0, trouble=None)


def _still_there(backend: ElbV2Backend, group: FakeTargetGroup, key: str) -> bool:
    address, _, task_id = key.partition(" ")
    ip, _, port = address.rpartition(":")
    task = _task_at(backend, group, ip, int(port))
    return task is not None and task.id == task_id and usage.container_on(task, int(port)) is not None


def _place(
    stream: Stream, balancer: LoadBalancer, group: FakeTargetGroup, target: Target, share: float
) -> Place:
    task, trouble = _behind(stream.backend, balancer, group, target)
    key = f"{target.ip}:{target.port} {task.id if task else ''}"
    if task is None:
        return Place(key, group.arn, share, _STRANGER, trouble=trouble)
    shape = usage.shape_of(task)
    return Place(
        key, group.arn, share, Power(shape.vcpu), _room(task, target.port, stream.traffic.cost), trouble
    )


def _room(task: Task, port: int, cost: Cost) -> float:
    """Requests in flight at which the container that serves is out of memory."""
    container = usage.container_on(task, port)
    if container is None or not cost.memory:
        return math.inf
    return max(0.0, usage.limit_of(task, container) - RESTING) / cost.memory


def _behind(backend: ElbV2Backend, balancer: LoadBalancer, group: FakeTargetGroup, target: Target) -> Behind:
    task = _task_at(backend, group, target.ip, target.port)
    node = balancer.node_for(target.az)
    keeps = balancer.type == "network" and group.attributes.get("preserve_client_ip.enabled") == "true"
    verdict, program = target_access.reach(
        backend, group, node, target.ip, target.port, INTERNET if keeps else None
    )
    if program is not None:
        encrypted = balancer.type != "network" and group.protocol != "HTTP"
        return Behind(task, "refused" if encrypted else None)  # the embedded programs speak no TLS
    return Behind(task, "refused" if verdict.stopped_by == "nothing-listening" else "unreachable")


def _task_at(backend: ElbV2Backend, group: FakeTargetGroup, target_id: str, port: int) -> Task | None:
    holder = target_access.holder_of(backend, group, target_id)
    return task_behind(holder.id, port) if holder else None
