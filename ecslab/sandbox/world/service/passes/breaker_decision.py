"""The deployment circuit breaker's decision: a deployment with too many failures is given up.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from ecslab.sandbox.world.service import commands
from ecslab.sandbox.world.service.service_pass import ServicePass


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
    if service.breaker.rollback and completed is not None and completed is not deployment:
        look.say("rolling_back", deployment=completed)
        commands.roll_back(look, deployment.rollout_reason)
    elif not service.rollouts[0].ended:
        service.rollouts[0].stop(now, service.desired, deployment.rollout_reason)
