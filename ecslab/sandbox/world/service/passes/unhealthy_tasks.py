"""Healthy, unhealthy, or not known yet: and how an unhealthy task of a service is replaced.

The new task is started first where `maximumPercent` allows it; after a failed target it must be registered
before the old one is stopped.
"""

from typing import Final

from ecslab.sandbox.world.service.account import Target
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import READY, Member
from ecslab.sandbox.world.service.passes.scale_in import stop
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import ServicePass

DRAINING: Final = "container instance is in DRAINING state"
"""U: what AWS's sentence has besides."""
KEEPS_MINIMUM: Final = 8
"""The behaviour from which on no task leaves a draining instance before enough others are healthy."""
WITHIN_PERCENTS: Final = 9
"""The behaviour from which on that holds where no other task may be started first, and from which on
unhealthy tasks of an older deployment make room for those of the newest."""


def is_healthy(look: ServicePass, member: Member, now: float) -> bool:
    """Whether a task counts as healthy (API_DeploymentConfiguration, minimumHealthyPercent)."""
    revision = member.deployment.revision
    if member.phase != "running" or member.ran_at is None:
        return False
    if revision.checked and member.container_health != "HEALTHY":
        return False
    if revision.load_balancers:
        return {state for state, _ in (member.targets or {}).values()} == {"healthy"}
    return revision.checked or now >= member.ran_at + look.takes("healthy", member.id)


def patience(look: ServicePass, member: Member) -> float | None:
    """Seconds until an unhealthy task is replaced; None if it is not unhealthy."""
    if member.phase != "running":
        return None
    if member.container_health == "UNHEALTHY":
        return look.takes("unhealthy_container", member.id)
    if any(state == "unhealthy" for state, _ in (member.targets or {}).values()):
        return look.takes("unhealthy_target", member.id)
    return None


def give_up(look: ServicePass) -> None:
    """Give up the tasks that have been unhealthy for long enough."""
    service = look.service
    if service.primary.rollout_state == "FAILED":
        return
    for member in list(service.unhealthy.values()):
        if _is_due(look, member) and member.deployment is service.primary and member.live:
            del service.unhealthy[member.id]
            member.change(given_up=True)


def _is_due(look: ServicePass, member: Member) -> bool:
    return member.replace_at is not None and look.is_due(member.replace_at)


def assign_successors(deployment: Deployment, started: list[Member]) -> int:
    """Let new tasks take the places of those given up; answers how many do."""
    without = (old for old in deployment.given_up.values() if old.successor is None or not old.successor.live)
    pairs = list(zip(without, started, strict=False))
    for old, new in pairs:
        old.successor = new
    return sum(not old.draining for old, _ in pairs)


def replace(look: ServicePass) -> None:
    """Stop the tasks given up whose successors have come far enough, or for whom there is no room."""
    primary = look.service.primary
    if primary.rollout_state == "FAILED":
        return
    for member in list(primary.given_up.values()):
        if _may_stop(look, member):
            stop(look, [member], _complain(look, member))
        elif _is_stuck(look, member):  # U: that ECS says so outside of a deployment
            look.say("stuck")


def make_room(look: ServicePass) -> None:
    """Stop an unhealthy task of an older deployment where nothing else lets the newest one start its own.

    One at a time, as ECS replaces unhealthy tasks where `maximumPercent` leaves no room for others (developer
    guide, task health checks of services).
    """
    service = look.service
    short = service.missing > 0 and service.primary.rollout_state != "FAILED" and service.status == "ACTIVE"
    if look.behaviour < WITHIN_PERCENTS or not short or not _is_full(service) or _is_leaving(service):
        return
    for older in service.deployments[1:]:
        for member in _ill(look, older):
            if look.is_due(member.protected_until):
                service.unhealthy.pop(member.id, None)
                stop(look, [member], _complain(look, member))
                return


def _ill(look: ServicePass, deployment: Deployment) -> list[Member]:
    """Tasks of a deployment that have been unhealthy for long enough, given up already or not."""
    lately = [
        member for member in look.service.unhealthy.values()
        if member.deployment is deployment and member.live and _is_due(look, member)
    ]  # fmt: skip
    return [each for each in deployment.given_up.values() if not each.draining] + lately


def _may_stop(look: ServicePass, member: Member) -> bool:
    service, successor = look.service, member.successor
    if member.draining and member.phase == "pending":
        return True
    if successor is None or not successor.live:
        keeps = member.draining and look.behaviour >= WITHIN_PERCENTS
        return _is_full(service) and (not keeps or _is_dispensable(service, member))
    if member.draining:
        enough = service.graded(READY) - member.healthy >= service.minimum
        return successor.healthy and (enough or look.behaviour < KEEPS_MINIMUM)
    if member.container_health == "UNHEALTHY":
        return True
    if successor.registered_at is None:
        return False
    at = successor.registered_at + look.takes("succeeded", member.id)
    if not look.is_due(at):
        look.wake(at - look.now)
        return False
    return True


def _is_stuck(look: ServicePass, member: Member) -> bool:
    """Whether the percents let a draining instance neither lose this task nor have it replaced."""
    service = look.service
    alone = member.draining and (member.successor is None or not member.successor.live)
    held = alone and member.live and not _is_dispensable(service, member) and _is_full(service)
    return held and look.behaviour >= WITHIN_PERCENTS and not service.pending and not _is_leaving(service)


def _is_dispensable(service: Service, member: Member) -> bool:
    """Whether enough tasks are healthy without this one."""
    return not member.healthy or service.graded(READY) - 1 >= service.minimum


def _is_full(service: Service) -> bool:
    return service.running + service.pending >= service.maximum


def _is_leaving(service: Service) -> bool:
    """Whether a task that still counts is on its way out."""
    return service.live < service.running + service.pending


def _complain(look: ServicePass, member: Member) -> str:
    """Say what is wrong with a task; answers the `stoppedReason`."""
    if member.draining:
        return DRAINING
    for load_balancer in member.deployment.revision.load_balancers:
        group = load_balancer.target_group
        state, why = (member.targets or {}).get(group, ("", ""))
        if state == "unhealthy":
            target = member.reached.get(group, Target(load_balancer.port))
            look.say("target_unhealthy", member=member, target=target, group=group, reason=why)
            return f"Task failed ELB health checks in (target-group {group})"
    look.say("container_unhealthy", member=member)
    return "Task failed container health checks"
