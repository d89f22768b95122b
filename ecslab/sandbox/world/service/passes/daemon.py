"""Daemons: a service with one task on each container instance that meets its constraints.

What a daemon is asked for is how many such instances there are. A task leaves an instance that drains as the
last one, and one that meets the constraints no more at once.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

from collections.abc import Mapping

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.account import CannotPlace, DaemonPlace
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes import scale_out
from ecslab.sandbox.world.service.passes.scale_in import scaled_by, stop
from ecslab.sandbox.world.service.passes.unhealthy_tasks import DRAINING
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import ServicePass


def follow_instances(look: ServicePass) -> None:
    """Stop the tasks on instances that are to have none any more."""
    if not _is_kept(look.service):
        return
    places = _counted(look)
    for member in _live(look.service):
        place = places.get(member.instance or "")
        if place is None or place == "leave":
            stop(look, [member], DRAINING if place else scaled_by(member.deployment))  # U: the first


def start_missing(look: ServicePass) -> None:
    """Start a task on each instance that lacks one; those without room are tried again later."""
    service, primary = look.service, look.service.primary
    if not _is_kept(service) or primary.rollout_state == "FAILED" or not look.is_due(service.launch_from):
        return
    places = _counted(look)
    count = min(service.missing, service.room, scale_out.LAUNCHES)
    taken = {member.instance for each in service.deployments for member in each.members.values()}
    members: list[Member] = []
    refusals: list[str] = []
    for instance, place in places.items():
        if len(members) < count and place == "start" and instance not in taken:
            try:
                task_id = look.account.launch_on(service, primary, instance)
            except CannotPlace as problem:
                refusals.append(str(problem))
                continue
            members.append(Member(task_id, primary, 0, look.now, instance=instance))
            primary.add(members[-1])
    if members:
        look.say("started", **events.tasks(member.id for member in members))
        service.rollouts[0].start(look.clock.timestamp())
        look.note_change("settled")
    if refusals:
        scale_out.wait_after(look, refusals[0])


def instances_changed(look: ServicePass) -> None:
    """The cluster's instances are others: a new one gets its task before anything else is placed on it."""
    look.service.launch_from = 0.0
    start_missing(look)
    look.note_change("noticed")


def _is_kept(service: Service) -> bool:
    return service.daemon and service.status == "ACTIVE"


def _live(service: Service) -> list[Member]:
    return [member for each in service.deployments for member in each.members.values() if member.live]


def _counted(look: ServicePass) -> Mapping[str, DaemonPlace]:
    """Where the daemon belongs; the service is asked for that many tasks from here on."""
    service = look.service
    places = look.account.daemon_places(service)
    with_task = {member.instance for member in _live(service)}
    service.desired = sum(
        place == "start" or (place == "stay" and instance in with_task) for instance, place in places.items()
    )
    return places
