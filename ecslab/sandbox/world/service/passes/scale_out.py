"""Scale out: start the tasks that a service lacks."""

import heapq
from collections.abc import Iterable
from typing import Final

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.account import CannotPlace
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes import failures, unhealthy_tasks
from ecslab.sandbox.world.service.service_pass import ServicePass

LAUNCHES: Final = 100
"""Tasks started at once; with `LAUNCHED`, the 500 a minute that Fargate starts for one service."""
LAUNCHED: Final = 12.0
"""Seconds between two such batches."""
TRIES_AGAIN: Final = 8
"""The behaviour from which on a service waits no longer than until an instance has room."""


def start_missing(look: ServicePass) -> None:
    """Start tasks of the PRIMARY deployment, as many as are missing and may be started now."""
    service, primary = look.service, look.service.primary
    while primary.replacements_due and look.is_due(primary.replacements_due[0]):
        heapq.heappop(primary.replacements_due)
    idle = service.status != "ACTIVE" or primary.rollout_state == "FAILED" or service.daemon
    count = 0 if idle else min(service.missing, service.room, LAUNCHES)
    if count <= 0 or not _may_launch(look):
        return
    service.launch_from, service.unplaced = 0.0, False
    members = _start_batch(look, primary, count)
    replaced = unhealthy_tasks.assign_successors(primary, members)
    if members:
        name = "started_replacing" if replaced else "started"
        look.say(name, replaced=replaced, **events.tasks(member.id for member in members))
    if len(members) == count == LAUNCHES:
        service.launch_from = look.now + LAUNCHED
        look.wake(LAUNCHED)


def _may_launch(look: ServicePass) -> bool:
    """Whether the wait is over, or what it was for has come: an instance with room."""
    service = look.service
    if look.is_due(service.launch_from):
        return True
    waits = service.unplaced and not service.primary.revision.fargate
    return look.behaviour >= TRIES_AGAIN and waits and look.account.has_room(service, service.primary)


def capacity_freed(look: ServicePass) -> None:
    """An instance has more room than before: a service that could not place or spread its tasks looks soon.

    U: that ECS does not wait until the end of its back-off; people see their task placed soon after the
    instance has registered.
    """
    service = look.service
    waits = service.unplaced and not look.is_due(service.launch_from)
    lopsided = service.unbalanced and not service.primary.revision.fargate
    if look.behaviour >= TRIES_AGAIN and (waits or lopsided):
        look.wake(look.takes("noticed", f"{service.arn}@{look.now}"))


def uphold_older(look: ServicePass) -> None:
    """Replace tasks that ended of the deployment that last completed, while a later one is not up.

    U: AWS says that an older deployment keeps what it is asked for, not what that is after a task has died;
    here it is what the minimum healthy percent asks for.
    """
    service, older = look.service, look.service.completed
    for each in service.deployments[1:]:
        service.remove_if_over(each)
    if service.status != "ACTIVE" or older is None or older not in service.deployments[1:]:
        return
    while older.replacements_due and look.is_due(older.replacements_due[0]) and service.room > 0:
        heapq.heappop(older.replacements_due)
        if service.is_short(older.live):
            _replace_older(look, older)
    service.remove_if_over(older)


def launch(
    look: ServicePass, deployment: Deployment, places: Iterable[int] | None = None
) -> Member | CannotPlace:
    """Start one task of a deployment; `places` are the subnets to try, the best first unless given."""
    refusal = CannotPlace()
    for place in deployment.next_places(look.now) if places is None else places:
        try:
            task_id = look.account.launch(look.service, deployment, place)
        except CannotPlace as problem:
            deployment.avoided_until[place] = look.now + failures.SUBNET_AVOIDED
            refusal = problem
        else:
            member = Member(task_id, deployment, place, look.now)
            deployment.add(member)
            return member
    return refusal


def _replace_older(look: ServicePass, older: Deployment) -> None:
    member = launch(look, older)
    if isinstance(member, Member):
        member.upholds_older = True
        look.say("started", **events.tasks([member.id]))
        look.note_change("settled")
    else:
        look.say_text(str(member))
        look.hold_replacement(older, look.takes("restarted", older.id))


def _start_batch(look: ServicePass, deployment: Deployment, count: int) -> list[Member]:
    """Start up to `count` tasks; the first that can be nowhere ends the batch, with an event."""
    members: list[Member] = []
    for _ in range(count):
        member = launch(look, deployment)
        if not isinstance(member, Member):
            wait_after(look, str(member))
            break
        members.append(member)
    if members:
        look.service.rollouts[0].start(look.clock.timestamp())
        look.note_change("settled")
    return members


def wait_after(look: ServicePass, refusal: str) -> None:
    """Say why a task could not be started, and try again after a while."""
    look.say_text(refusal)
    gap = failures.back_off(look, look.now)
    look.service.launch_from, look.service.unplaced = look.now + gap, True
    look.wake(gap)
    failures.count(look)
