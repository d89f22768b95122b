"""Targets of a service's tasks: registered once a task runs, deregistered when it leaves."""

import heapq
from collections import Counter
from collections.abc import Iterable

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.account import TargetRefused
from ecslab.sandbox.world.service.deployment import LoadBalancer
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service_pass import ServicePass


def register(look: ServicePass) -> None:
    """Register the tasks whose time has come in all of their target groups."""
    registered = []
    for member in list(look.service.unregistered.values()):
        if member.ran_at is not None and look.is_due(member.ran_at + look.takes("registered", member.id)):
            del look.service.unregistered[member.id]
            registered.append(member)
    if not registered:
        return
    for member in registered:
        load_balancers = member.deployment.revision.load_balancers
        member.registered_at = look.now
        member.targets = {entry.target_group: ("initial", "") for entry in load_balancers}
        for entry in load_balancers:
            _register_target(look, member, entry)
    for group, count in _by_group(registered).items():
        look.say("registered", count=count, group=group)
    look.note_change("advanced")


def _register_target(look: ServicePass, member: Member, load_balancer: LoadBalancer) -> None:
    try:
        reached = look.account.register(member.id, load_balancer)
    except LookupError:
        look.say("target_group_lost", member=member, group=load_balancer.target_group)
    except TargetRefused as refusal:
        look.say("unregistered", group=load_balancer.target_group, error=refusal)
    else:
        member.reached[load_balancer.target_group] = reached


def plan_deregistration(look: ServicePass, member: Member, delay: float) -> None:
    """A task is on its way out: its targets are deregistered after `delay` seconds."""
    service = look.service
    service.unhealthy.pop(member.id, None)
    service.unregistered.pop(member.id, None)
    if member.targets is not None:
        heapq.heappush(service.deregistrations, (look.now + delay, next(look.numbers), member))
        look.wake(delay)


def deregister(look: ServicePass) -> None:
    """Say of the tasks whose time has come that their targets are deregistered and drain."""
    planned, members = look.service.deregistrations, []
    while planned and look.is_due(planned[0][0]):
        members.append(heapq.heappop(planned)[2])
    if not members:
        return
    for member in members:
        member.targets = None
    for group, count in _by_group(members).items():
        look.say("deregistered", count=count, group=group)
    for deployment, count in Counter(member.deployment for member in members).items():
        look.say_text(events.message("draining", count=count), deployment.id)
    look.note_change("settled")


def _by_group(members: Iterable[Member]) -> Counter[str]:
    """How many of the tasks' targets are in each target group."""
    entries = (entry for member in members for entry in member.deployment.revision.load_balancers)
    return Counter(entry.target_group for entry in entries)
