"""What the API asks of a service: deploy, update, roll back, delete, and protect its tasks."""

from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.rollout import Counts, Rollout
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import ServicePass


def deploy(look: ServicePass, revision: Revision) -> Deployment:
    """Begin a deployment; what was PRIMARY is replaced by it."""
    service, now = look.service, look.clock.timestamp()
    sources = [
        Counts(each.revision, each.running + each.pending, each.running, each.shown_pending)
        for each in service.deployments
        if each is service.primary or each.members
    ]
    deployment = Deployment(look.account.new_id("deployment"), revision, now, updated_at=now)
    deployment.rollout_reason = f"ECS deployment {deployment.id} in progress."
    _stop_rollout(service, now)
    if service.deployments:
        service.primary.move("superseded")
    for older in service.deployments:  # listed until the next look
        if not older.members:
            older.replacements_due.clear()
    service.deployments = [deployment, *service.deployments]
    rollout = Rollout(look.account.new_id("rollout"), deployment, now, look.now, sources=sources)
    service.rollouts.insert(0, rollout)
    service.forget_older_deployments(now)
    apply_update(look)
    return deployment


def apply_update(look: ServicePass) -> None:
    """Look at the service soon, and forget what held it up: its description has changed."""
    service = look.service
    service.failures, service.launch_from, service.unplaced = 0, 0.0, False
    service.mark_unsettled()
    service.primary.replacements_due.clear()
    look.note_change("noticed")


def retire(look: ServicePass) -> None:
    """Delete the service: DRAINING while tasks remain, then INACTIVE."""
    service = look.service
    service.move("deleted")
    service.desired = 0
    service.mark_unsettled()
    for member in list(service.primary.given_up.values()):
        member.change(given_up=False)
    _stop_rollout(service, look.clock.timestamp())
    look.note_change("advanced")


def protect(look: ServicePass, member: Member, until: float) -> None:
    """Keep a task from scale-in until this virtual second; one that has passed lifts it."""
    member.protected_until = until
    if until <= look.now:
        look.wake(look.takes("advanced", member.id))


def roll_back(look: ServicePass, reason: str) -> None:
    """Return to the deployment that last completed."""
    service, now = look.service, look.clock.timestamp()
    failed, restored = service.primary, service.completed
    assert restored is not None and restored is not failed, "there is one to return to"
    if not service.rollouts[0].ended:  # that of a deleted service stays stopped
        service.rollouts[0].turn_back(now, reason, restored.revision)
    failed.move("superseded")
    restored.move("restored")
    why = f"ECS deployment circuit breaker: rolling back to deploymentId {restored.id}."
    restored.roll("restored", now, why)
    restored.failed_tasks, restored.trip_at = 0, None
    service.deployments = [restored, *(other for other in service.deployments if other is not restored)]
    service.rolling_back = True
    apply_update(look)
    delay = look.takes("rolled_back", failed.id)
    service.launch_from = look.now + delay
    look.wake(delay)


def _stop_rollout(service: Service, now: float) -> None:
    """Another deployment, or the end of the service, stops one that is not over."""
    service.rolling_back = False
    if service.rollouts and not service.rollouts[0].ended:
        service.rollouts[0].stop(now, service.desired)
