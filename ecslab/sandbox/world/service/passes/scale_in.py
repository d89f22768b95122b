"""Scale in: stop tasks above the desired count, and those of older deployments.

`minimumHealthyPercent` counts tasks RUNNING and healthy, `maximumPercent` tasks RUNNING and coming up
(API_DeploymentConfiguration).
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import PENDING, READY, UNREADY, Member
from ecslab.sandbox.world.service.passes.target_registration import plan_deregistration
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import MOMENT, ServicePass

BY_STRATEGY: Final = 6
"""The behaviour from which on placement strategies say which task on an instance is stopped."""

MAKES_ROOM: Final = 8
"""The behaviour from which on older tasks make room on instances for new ones that have none."""


def stop_excess(look: ServicePass) -> None:
    """Stop what is too much: tasks above the desired count, and those of older deployments."""
    service, primary = look.service, look.service.primary
    excess = primary.serving - service.desired - primary.extra
    stopped = 0
    if excess > 0:
        stopped = stop(look, _candidates(look, primary), scaled_by(primary), excess)
        _blame_protection(look, primary, excess - stopped)
    for older in service.deployments[:0:-1]:
        stopped += stop(look, _replaceable(look, older), scaled_by(older))
        if service.desired == 0 or primary.graded(READY) >= service.desired:
            _blame_protection(look, older, older.live)
    if not stopped and _is_stuck(service) and not _waits_for_protected(look):
        look.say("stuck")


def scaled_by(deployment: Deployment) -> str:
    """The `stoppedReason`: it names the deployment that the task was of, as was recorded of an older one."""
    return f"Scaling activity initiated by (deployment {deployment.id})"


def stop(look: ServicePass, members: Iterable[Member], reason: str, most: int | None = None) -> int:
    """Stop tasks and say so; answers how many. Each is stopped before the next is asked for."""
    running: list[str] = []
    pending = 0
    for member in islice(members, most):
        if member.phase == "pending":
            pending += 1
        else:
            running.append(member.id)
        member.change(stopping=True, stopped_by_scheduler=True)
        plan_deregistration(look, member, look.takes("deregistered", member.id))
        look.account.stop(member.id, reason)
    if pending:
        look.say("stopped_pending", count=pending)
    if running:
        look.say("stopped", **events.tasks(running))
    if pending or running:
        look.note_change("advanced")
    return pending + len(running)


def _candidates(look: ServicePass, deployment: Deployment) -> Iterator[Member]:
    """Tasks to stop, the first first; nothing protects those of a deleted service."""
    unprotected_by = float("inf") if look.service.status == "DRAINING" else look.now + MOMENT
    if deployment.revision.fargate or look.behaviour < BY_STRATEGY:
        yield from deployment.stop_candidates(unprotected_by)
        return
    for grade in (PENDING, UNREADY, READY):
        live = (each for each in deployment.members.values() if each.live and each.grade == grade)
        among = dict.fromkeys(each.id for each in live if each.protected_until <= unprotected_by)
        for task_id in look.account.stop_order(deployment, among) if among else ():
            yield deployment.members[task_id]


def _replaceable(look: ServicePass, older: Deployment) -> Iterator[Member]:
    """Tasks of an older deployment that may go now. Each is stopped before the next is asked for.

    As long as more tasks may be started, and there is room for them, none goes before a new one is healthy
    (U). Without, `minimumHealthyPercent` lets tasks go first (API_DeploymentConfiguration).
    """
    service = look.service
    short = service.missing > 0 and service.primary.rollout_state != "FAILED"
    unplaced = service.unplaced and look.behaviour >= MAKES_ROOM
    blocked = short and (unplaced or service.running + service.pending >= service.maximum)
    floor = service.minimum if blocked else max(service.minimum, service.desired)
    for member in _candidates(look, older):
        if member.phase != "pending" and service.status == "ACTIVE":
            if not look.is_due(service.older_stay_until):
                return
            others = service.graded(UNREADY, READY) - 1
            healthy = service.graded(READY) - member.healthy
            if others < floor or (member.healthy and healthy < floor):
                return
        elif member.upholds_older and service.is_short(older.live - 1):
            return
        yield member


def _waits_for_protected(look: ServicePass) -> bool:
    """Whether protected tasks of older deployments leave no room for new ones; if so, look again in time."""
    if look.behaviour < 2:
        return False
    blamed = [_blame_protection(look, older, older.live) for older in look.service.deployments[1:]]
    return any(blamed)  # of several deployments each is waited for


def _is_stuck(service: Service) -> bool:
    rolling = len(service.deployments) > 1 and service.primary.rollout_state == "IN_PROGRESS"
    moving = service.pending or service.live < service.running
    full = service.running >= service.maximum
    return bool(rolling and service.missing > 0 and full and not moving and not service.graded(UNREADY))


def _blame_protection(look: ServicePass, deployment: Deployment, remaining: int) -> bool:
    """Tasks under protection stay; look again when the first protection ends. False if there are none."""
    ends = [member.protected_until for member in deployment.members.values() if member.live]
    ends = [end for end in ends if not look.is_due(end)]
    if ends and remaining > 0:
        look.say("protected", deployment=deployment, count=min(remaining, len(ends)))
        look.wake(min(ends) - look.now)
        return True
    return False
