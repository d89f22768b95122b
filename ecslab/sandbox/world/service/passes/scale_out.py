"""Starting the tasks that a service lacks, and what follows when they can be nowhere."""

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.account import CannotPlace
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import READY, Member
from ecslab.sandbox.world.service.passes import failures, replacement
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler


def start(scheduler: "Scheduler", service: Service) -> None:
    """Start tasks of the PRIMARY deployment, as many as are missing and may be started now."""
    primary = service.primary
    while primary.holds and scheduler.due(primary.holds[0]):
        heapq.heappop(primary.holds)
    replacement.doom(scheduler, service)
    idle = service.status != "ACTIVE" or primary.rollout_state == "FAILED" or service.daemon
    if idle or not scheduler.due(service.launch_from):
        return
    count = min(service.missing, service.room, timings.LAUNCHES)
    if count <= 0:
        return
    members = _launch(scheduler, service, primary, count)
    replaced = replacement.pair(primary, members)
    if members:
        scheduler.say(service, events.started([member.id for member in members], replaced))
    if len(members) == count == timings.LAUNCHES:
        service.launch_from = scheduler.clock.now + timings.LAUNCHED
        scheduler.wake(service, timings.LAUNCHED)


def uphold(scheduler: "Scheduler", service: Service) -> None:
    """Replace tasks that ended of the deployment that last completed, while a later one is not up.

    U: AWS says that an older deployment keeps what it is asked for, not what that is after a task has died;
    here it is what the minimum healthy percent asks for.
    """
    old = service.completed
    if service.status != "ACTIVE" or old is None or old not in service.deployments[1:]:
        return
    while old.holds and scheduler.due(old.holds[0]) and service.room > 0:
        heapq.heappop(old.holds)
        if is_short(service, old.live):
            _launch_again(scheduler, service, old)
    service.part_with(old)


def is_short(service: Service, old: int) -> bool:
    """Whether `old` tasks of an older deployment, and what is healthy of the newest, are too few."""
    return old + service.primary.graded(READY) < service.minimum


def _launch_again(scheduler: "Scheduler", service: Service, old: Deployment) -> None:
    found = launch_in(scheduler, service, old, old.next_places(scheduler.clock.now))
    if isinstance(found, Member):
        found.upheld = True
        scheduler.say(service, events.started([found.id]))
        scheduler.touch(service, timings.SETTLED)
    else:
        scheduler.say(service, str(found))
        scheduler.hold(service, old, timings.RESTARTED)


def _launch(scheduler: "Scheduler", service: Service, deployment: Deployment, count: int) -> list[Member]:
    members: list[Member] = []
    for _ in range(count):
        member = _launch_one(scheduler, service, deployment)
        if member is None:
            break
        members.append(member)
    if members:
        service.rollouts[0].start(scheduler.clock.timestamp())
        scheduler.touch(service, timings.SETTLED)
    return members


def _launch_one(scheduler: "Scheduler", service: Service, deployment: Deployment) -> Member | None:
    """Start one task; None, and an event, if it can be nowhere."""
    now = scheduler.clock.now
    found = launch_in(scheduler, service, deployment, deployment.next_places(now))
    if isinstance(found, Member):
        return found
    scheduler.say(service, str(found))
    gap = failures.back_off(scheduler, service, now)
    service.launch_from = now + gap
    scheduler.wake(service, gap)
    failures.count(scheduler, service)
    return None


def launch_in(
    scheduler: "Scheduler", service: Service, deployment: Deployment, places: Iterable[int]
) -> Member | CannotPlace:
    """Start one task of a deployment in the first of these subnets where that can be."""
    now, refusal = scheduler.clock.now, CannotPlace()
    for place in places:
        try:
            task_id = scheduler.hands.launch(service, deployment, place)
        except CannotPlace as problem:
            deployment.shunned[place] = now + timings.SHUNNED
            refusal = problem
        else:
            member = Member(task_id, deployment, place, now)
            deployment.add(member)
            return member
    return refusal
