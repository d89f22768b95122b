"""Targets of a service's tasks: registered once a task runs, deregistered when it leaves."""

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.revision import LoadBalancer
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler


def register(scheduler: "Scheduler", service: Service) -> None:
    """Register the tasks whose time has come in all of their target groups."""
    now, registered = scheduler.clock.now, []
    for member in list(service.unregistered.values()):
        if member.ran_at is not None and scheduler.due(member.ran_at + timings.REGISTERED):
            del service.unregistered[member.id]
            registered.append(member)
    if not registered:
        return
    for member in registered:
        balancers = member.deployment.revision.load_balancers
        member.registered_at = now
        member.targets = {each.target_group: ("initial", "") for each in balancers}
        for balancer in balancers:
            _register_one(scheduler, service, member, balancer)
    for group, count in _by_group(registered):
        scheduler.say(service, events.registered(count, group))
    scheduler.touch(service, timings.ADVANCED)


def _register_one(scheduler: "Scheduler", service: Service, member: Member, balancer: LoadBalancer) -> None:
    try:
        scheduler.hands.register(member.id, balancer)
    except LookupError:
        lost = events.target_group_lost(member.deployment.id, member.id, balancer.target_group)
        scheduler.say(service, lost)


def no_longer(scheduler: "Scheduler", service: Service, member: Member, delay: float) -> None:
    """A task is on its way out: its targets are deregistered after `delay` seconds."""
    service.sick.pop(member.id, None)
    service.unregistered.pop(member.id, None)
    if member.targets is not None:
        heapq.heappush(service.leaving, (scheduler.clock.now + delay, scheduler.number(), member))
        scheduler.wake(service, delay)


def deregister(scheduler: "Scheduler", service: Service) -> None:
    """Say of the tasks whose time has come that their targets are deregistered and drain."""
    members = []
    while service.leaving and scheduler.due(service.leaving[0][0]):
        members.append(heapq.heappop(service.leaving)[2])
    if not members:
        return
    for member in members:
        member.targets = None
    for group, count in _by_group(members):
        scheduler.say(service, events.deregistered(count, group))
    for deployment in dict.fromkeys(member.deployment for member in members):
        count = sum(member.deployment is deployment for member in members)
        scheduler.say(service, events.draining(count), deployment.id)
    scheduler.touch(service, timings.SETTLED)


def _by_group(members: Iterable[Member]) -> Iterable[tuple[str, int]]:
    counts: dict[str, int] = {}
    for member in members:
        for balancer in member.deployment.revision.load_balancers:
            counts[balancer.target_group] = counts.get(balancer.target_group, 0) + 1
    return counts.items()
