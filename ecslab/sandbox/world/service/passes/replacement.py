"""Healthy, unhealthy, or not known yet: and how an unhealthy task of a service is replaced.

The new task is started first where `maximumPercent` allows it; after a failed target it must be registered
before the old one is stopped.
"""

from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler


def is_healthy(member: Member, now: float) -> bool:
    """Whether a task counts as healthy (API_DeploymentConfiguration, minimumHealthyPercent)."""
    revision = member.deployment.revision
    if member.phase != "running" or member.ran_at is None:
        return False
    if revision.checked and member.container_health != "HEALTHY":
        return False
    if revision.load_balancers:
        states = [state for state, _ in (member.targets or {}).values()]
        return bool(states) and set(states) == {"healthy"}
    return revision.checked or now >= member.ran_at + timings.HEALTHY


def patience(member: Member) -> float | None:
    """Seconds until an unhealthy task is replaced; None if it is not unhealthy."""
    if member.phase != "running":
        return None
    if member.container_health == "UNHEALTHY":
        return timings.UNHEALTHY_CONTAINER
    if any(state == "unhealthy" for state, _ in (member.targets or {}).values()):
        return timings.UNHEALTHY_TARGET
    return None


def doom(scheduler: "Scheduler", service: Service) -> None:
    """Give up the tasks that have been unhealthy for long enough."""
    for member in list(service.sick.values()):
        due = member.complaint is not None and scheduler.due(member.complaint)
        given_up = service.primary.rollout_state == "FAILED"
        if due and member.deployment is service.primary and member.live and not given_up:
            del service.sick[member.id]
            member.deployment.change(member, doomed=True)


def pair(deployment: Deployment, started: list[Member]) -> int:
    """Let new tasks take the places of doomed ones; answers how many do."""
    lone = (old for old in deployment.doomed.values() if old.successor is None or not old.successor.live)
    pairs = list(zip(lone, started, strict=False))
    for old, new in pairs:
        old.successor = new
    return len(pairs)


def replace(scheduler: "Scheduler", service: Service) -> None:
    """Stop the doomed tasks whose successors have come far enough, or for whom there is no room."""
    if service.primary.rollout_state == "FAILED":
        return
    for member in list(service.primary.doomed.values()):
        if _may_go(scheduler, service, member):
            reason = _complain(scheduler, service, member)
            scheduler.drop(service, [member], reason)


def _may_go(scheduler: "Scheduler", service: Service, member: Member) -> bool:
    successor = member.successor
    if successor is None or not successor.live:
        return service.running + service.pending >= service.maximum
    if member.container_health == "UNHEALTHY":
        return True
    if successor.registered_at is None:
        return False
    at = successor.registered_at + timings.SUCCEEDED
    if not scheduler.due(at):
        scheduler.wake(service, at - scheduler.clock.now)
        return False
    return True


def _complain(scheduler: "Scheduler", service: Service, member: Member) -> str:
    """Say what is wrong with a task; answers the `stoppedReason`."""
    for balancer in member.deployment.revision.load_balancers:
        group = balancer.target_group
        state, why = (member.targets or {}).get(group, ("", ""))
        if state == "unhealthy":
            message = events.target_unhealthy(member.id, balancer.port, group, why)
            scheduler.say(service, message)
            return f"Task failed ELB health checks in (target-group {group})"
    scheduler.say(service, events.container_unhealthy(member.id))
    return "Task failed container health checks"
