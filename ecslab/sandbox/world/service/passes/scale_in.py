"""How many tasks a deployment may start and stop at this moment, and a better spread over zones.

`minimumHealthyPercent` counts tasks RUNNING and healthy, `maximumPercent` tasks RUNNING and coming up
(API_DeploymentConfiguration).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import PENDING, READY, UNREADY, Member
from ecslab.sandbox.world.service.passes import scale_out
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler

_ALL = (PENDING, UNREADY, READY)


def stop(scheduler: "Scheduler", service: Service) -> None:
    """Stop what is too much: tasks above the desired count, and those of older deployments."""
    primary = service.primary
    reason = f"Scaling activity initiated by (deployment {primary.id})"
    excess = primary.serving - service.desired - primary.extra
    stopped = 0
    if excess > 0:
        stopped = scheduler.drop(service, _victims(scheduler, service, primary), reason, excess)
        _blame_protection(scheduler, service, primary, excess - stopped)
    for old in service.deployments[:0:-1]:
        stopped += scheduler.drop(service, _replaceable(scheduler, service, old), reason)
        if service.desired == 0 or primary.graded(READY) >= service.desired:
            _blame_protection(scheduler, service, old, old.live)
    if not stopped and _is_stuck(service):
        scheduler.say(service, events.STUCK)


def _victims(scheduler: "Scheduler", service: Service, deployment: Deployment) -> Iterator[Member]:
    now = float("inf") if service.status == "DRAINING" else scheduler.clock.now
    return deployment.victims(_ALL, now)


def _replaceable(scheduler: "Scheduler", service: Service, old: Deployment) -> Iterator[Member]:
    """Tasks of an older deployment that may go now. Each is stopped before the next is asked for.

    As long as more tasks may be started, none goes before a new one is healthy (U).
    """
    primary = service.primary
    short = service.missing > 0 and primary.rollout_state != "FAILED"
    blocked = short and service.running + service.pending >= service.maximum
    floor = service.minimum if blocked else max(service.minimum, service.desired)
    for member in _victims(scheduler, service, old):
        if member.phase != "pending" and service.status == "ACTIVE":
            others = _standing(service) - 1
            healthy = sum(one.graded(READY) for one in service.deployments) - member.healthy
            if others < floor or (member.healthy and healthy < floor):
                return
        elif member.upheld and scale_out.is_short(service, old.live - 1):
            return
        yield member


def _standing(service: Service) -> int:
    return sum(one.graded(UNREADY, READY) for one in service.deployments)


def _is_stuck(service: Service) -> bool:
    primary = service.primary
    rolling = len(service.deployments) > 1 and primary.rollout_state == "IN_PROGRESS"
    moving = service.pending or sum(one.live for one in service.deployments) < service.running
    unready = sum(one.graded(UNREADY) for one in service.deployments)
    full = service.running >= service.maximum
    return bool(rolling and service.missing > 0 and full and not moving and not unready)


def _blame_protection(scheduler: "Scheduler", service: Service, deployment: Deployment, left: int) -> None:
    """Tasks under protection stay; look again when the first protection ends."""
    if left <= 0:
        return
    now = scheduler.clock.now
    ends = [member.protected_until for member in deployment.members.values() if member.live]
    ends = [end for end in ends if end > now]
    if ends:
        scheduler.say(service, events.protected(deployment.id, min(left, len(ends))))
        scheduler.wake(service, min(ends) - now)


def rebalance(scheduler: "Scheduler", service: Service) -> None:
    """Move one task at a time from the fullest zone to the emptiest, if they differ by more than one."""
    primary = service.primary
    counts = primary.zone_counts()
    if not service.rebalances or len(counts) < 2 or service.maximum <= service.desired:
        return
    if max(counts.values()) - min(counts.values()) <= 1:
        if service.unbalanced:
            service.unbalanced = False
            scheduler.say(service, events.balanced(counts))
        return
    emptiest = min(counts, key=lambda zone: counts[zone])
    places = [at for at, zone in enumerate(primary.revision.zones) if zone == emptiest]
    places = [at for at in places if not primary.shuns(at, scheduler.clock.now)]
    if not places:
        _look_again(scheduler, service, emptiest)
        return
    if not service.unbalanced:
        service.unbalanced = True
        scheduler.say(service, events.unbalanced(counts))
    member = scale_out.launch_in(scheduler, service, primary, places)
    if isinstance(member, Member):
        primary.extra = 1
        scheduler.say(service, events.started_to_rebalance(member.id, member.zone))
    else:
        _look_again(scheduler, service, emptiest)


def _look_again(scheduler: "Scheduler", service: Service, zone: str) -> None:
    """When tasks may be tried in this zone again."""
    primary = service.primary
    ends = [end for at, end in primary.shunned.items() if primary.revision.zones[at] == zone]
    scheduler.wake(service, max(ends) - scheduler.clock.now)
