"""What happens to a service's tasks and targets, and what follows from it for the service."""

from typing import Final

from ecslab.sandbox.world.service.account import Cause
from ecslab.sandbox.world.service.lifecycle import MEMBER
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes import failures, target_registration, unhealthy_tasks
from ecslab.sandbox.world.service.service_pass import MOMENT, ServicePass

FAILURES: Final = frozenset({"TaskFailedToStart", "EssentialContainerExited"})
"""The `stopCode` of a task that ended by itself."""


def task_moved(look: ServicePass, member: Member, status: str, cause: Cause | None) -> None:
    """A task has a new status; `cause` once its end is decided."""
    if member.provisioning and status != "PROVISIONING":
        member.change(provisioning=False)
    if status == "RUNNING":
        _running(look, member)
    elif status == "STOPPED":
        _stopped(look, member, cause)
    elif cause and member.phase != "leaving":
        if not member.stopping:
            _lost(look, member, cause)
        member.change(phase=MEMBER.next(member.phase, "stopping"))
        look.note_change("advanced", member.id)


def assess(look: ServicePass, member: Member) -> None:
    """Find out whether a task is healthy, unhealthy or neither, and what follows."""
    if not member.live:
        return
    service = look.service
    healthy = unhealthy_tasks.is_healthy(look, member, look.now + MOMENT)
    if healthy != member.healthy:
        member.change(healthy=healthy)
        if healthy:
            _became_healthy(look, member)
        look.note_change("advanced", member.id)
    delay = unhealthy_tasks.patience(look, member)
    if delay is None:
        member.replace_at = None
        service.unhealthy.pop(member.id, None)
    elif member.replace_at is None:
        assert member.ran_at is not None, "only what ran is unhealthy"
        member.replace_at = max(look.now, member.ran_at + service.grace) + delay
        service.unhealthy[member.id] = member
        look.wake(member.replace_at - look.now)


def _became_healthy(look: ServicePass, member: Member) -> None:
    deployment, service = member.deployment, look.service
    delay = look.takes("older_stopped", member.id)
    if delay and deployment is service.primary and look.is_due(service.older_stay_until):
        service.older_stay_until = look.now + delay
        look.wake(delay)
    if member.ready_at is None:
        member.ready_at = look.now
        deployment.extra = 0
    if service.breaker.resets:
        deployment.failed_tasks, deployment.trip_at = 0, None


def _running(look: ServicePass, member: Member) -> None:
    service, revision = look.service, member.deployment.revision
    member.change(phase=MEMBER.next(member.phase, "running"), ran_at=look.now)
    if member.deployment is service.primary:
        service.failures, service.launch_from, service.unplaced = 0, 0.0, False
    if not member.live:
        return
    if revision.load_balancers:
        service.unregistered[member.id] = member
        look.wake(look.takes("registered", member.id))
    elif not revision.checked:
        look.clock.after(look.takes("healthy", member.id), lambda: assess(look, member))
    assess(look, member)


def _lost(look: ServicePass, member: Member, cause: Cause) -> None:
    """A task ends, and not by the scheduler's will."""
    deployment = member.deployment
    member.change(stopping=True)
    delay = look.takes("replaced", member.id)
    target_registration.plan_deregistration(look, member, delay)
    if not look.service.replaces(deployment):
        return
    if cause.code in FAILURES and member.ready_at is None:
        deployment.failing += 1
    else:
        look.hold_replacement(deployment, delay)


def _stopped(look: ServicePass, member: Member, cause: Cause | None) -> None:
    service, deployment = look.service, member.deployment
    deployment.remove(member)
    failed = not member.stopped_by_scheduler and cause is not None and cause.code in FAILURES
    if failed and member.ready_at is None and service.replaces(deployment):
        assert cause is not None, "a task that failed has a cause"
        deployment.failing -= deployment.failing > 0
        failures.task_failed(look, member, cause.reason)
    elif (
        member.given_up
        and not member.draining
        and member.stopped_by_scheduler
        and deployment is service.primary
    ):
        failures.count(look)
    service.remove_if_over(deployment)
    look.note_change("advanced", member.id)
