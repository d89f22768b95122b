"""Tasks that fail: how long a service waits before it tries again, and when a deployment is given up.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
"""

from typing import Final

from ecslab.sandbox.world.service import commands, events
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service_pass import ServicePass

SUBNET_AVOIDED: Final = 300.0
"""Seconds for which a subnet is avoided after a task failed to start in it, if there is another. U."""
THROTTLED_FROM: Final = 4
"""The failure from which on the service is said to be unable to start tasks consistently. U: which it is."""


def task_failed(look: ServicePass, member: Member, reason: str) -> None:
    """A task that would be replaced has ended before it was ever healthy."""
    deployment = member.deployment
    if member.ran_at is None:
        deployment.avoided_until[member.place] = look.now + SUBNET_AVOIDED
        look.say("unplaced", reason=reason)
        gap = back_off(look, member.launched_at)
    else:
        gap = look.takes("restarted", member.id)
    look.hold_replacement(deployment, gap)
    if deployment is look.service.primary:
        count(look)


def back_off(look: ServicePass, launched_at: float) -> float:
    """Seconds until the next start; tasks of one batch that fail together count as one failure."""
    service = look.service
    if launched_at > service.last_failure_at:
        service.failures, service.last_failure_at = service.failures + 1, look.now
        if service.failures >= THROTTLED_FROM:
            look.say("throttled")
    return look.clock.durations.retry_after(service.failures, service.arn)


def count(look: ServicePass) -> None:
    """One more failure in the PRIMARY deployment; the breaker decides a while after one too many."""
    service, deployment = look.service, look.service.primary
    breaker = service.breaker
    deployment.failed_tasks += 1
    watched = breaker.enabled and not service.rolling_back and deployment.rollout_state == "IN_PROGRESS"
    if watched and deployment.failed_tasks >= breaker.threshold(service.desired):
        deployment.trip_at = deployment.trip_at or look.now + look.takes("tripped", deployment.id)
        look.wake(deployment.trip_at - look.now)


def decide(look: ServicePass) -> None:
    """Give up the PRIMARY deployment if its time has come: FAILED, and back to the last that completed."""
    service, deployment, now = look.service, look.service.primary, look.clock.timestamp()
    if deployment.trip_at is None or not look.is_due(deployment.trip_at):
        return
    deployment.trip_at = None
    deployment.roll("breaker_tripped", now, "ECS deployment circuit breaker: tasks failed to start.")
    look.say("failed", deployment=deployment)
    service.rollouts[0].triggered = True
    completed = service.completed
    if service.breaker.rolls_back and completed is not None and completed is not deployment:
        look.say("rolling_back", deployment=completed)
        commands.roll_back(look, events.message("rolled_back"))
    elif not service.rollouts[0].ended:
        reason = events.message("no_candidate") if service.breaker.rolls_back else deployment.rollout_reason
        service.rollouts[0].stop(now, service.desired, reason)
