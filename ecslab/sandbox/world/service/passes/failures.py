"""Tasks that fail: how long a service waits before it tries again, and when a deployment is given up.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler


def failed(scheduler: "Scheduler", service: Service, member: Member, reason: str) -> None:
    """A task that would be replaced has ended before it was ever healthy."""
    deployment = member.deployment
    if member.ran_at is None:
        deployment.shunned[member.place] = scheduler.clock.now + timings.SHUNNED
        scheduler.say(service, events.unplaced(reason))
        gap = back_off(scheduler, service, member.launched_at)
    else:
        gap = timings.RESTARTED
    scheduler.hold(service, deployment, gap)
    if deployment is service.primary:
        count(scheduler, service)


def back_off(scheduler: "Scheduler", service: Service, launched_at: float) -> float:
    """Seconds until the next start; tasks of one batch that fail together count as one failure."""
    now = scheduler.clock.now
    if launched_at > service.round_at:
        service.failures, service.round_at = service.failures + 1, now
        if service.failures >= timings.THROTTLED_FROM:
            scheduler.say(service, events.THROTTLED)
    return timings.retry_after(service.failures)


def count(scheduler: "Scheduler", service: Service) -> None:
    """One more failure in the PRIMARY deployment; the breaker decides a while after one too many."""
    deployment, breaker = service.primary, service.breaker
    deployment.failed_tasks += 1
    watched = breaker.enabled and not service.rolling_back and deployment.rollout_state == "IN_PROGRESS"
    if watched and deployment.failed_tasks >= breaker.threshold(service.desired):
        deployment.trip_at = deployment.trip_at or scheduler.clock.now + timings.TRIPPED
        scheduler.wake(service, deployment.trip_at - scheduler.clock.now)


def trip(scheduler: "Scheduler", service: Service) -> None:
    """Give up the PRIMARY deployment if its time has come: FAILED, and back to the last that completed."""
    deployment, now = service.primary, scheduler.clock.timestamp()
    if deployment.trip_at is None or not scheduler.due(deployment.trip_at):
        return
    deployment.trip_at = None
    deployment.roll("breaker_tripped", now, "ECS deployment circuit breaker: tasks failed to start.")
    scheduler.say(service, events.failed(deployment.id))
    service.rollouts[0].triggered = True
    back = service.completed
    if service.breaker.rollback and back is not None and back is not deployment:
        scheduler.say(service, events.rolling_back(back.id))
        scheduler.roll_back(service, deployment.rollout_reason)
    elif not service.rollouts[0].ended:
        service.rollouts[0].stop(now, service.desired, deployment.rollout_reason)
