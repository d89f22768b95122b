"""Steady state: a deployment completes, and the service says that it is steady."""

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.member import READY
from ecslab.sandbox.world.service.passes.zone_rebalancing import rebalance
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service.service_pass import ServicePass


def list_rollout(look: ServicePass) -> None:
    """Let the newest service deployment be the current one, a while after it was asked for."""
    rollout = look.service.rollouts[0]
    rollout.listed = rollout.listed or look.is_due(rollout.began + look.takes("listed", rollout.id))


def conclude(look: ServicePass) -> None:
    """Draw the line under what is done: INACTIVE, completed, or steady; a better spread after that."""
    service = look.service
    if service.status == "DRAINING":
        if not any(deployment.members for deployment in service.deployments):
            service.move("last_task_stopped")
            del service.deployments[1:]
            service.log.events.clear()
        return
    if not _is_settled(service):
        service.mark_unsettled()
        return
    if not look.is_due(service.changed_at + look.settling):
        return
    if service.primary.rollout_state == "IN_PROGRESS":
        _complete(look)
    if not service.steady:
        _say_steady(look)
    rebalance(look)


def _say_steady(look: ServicePass) -> None:
    """Say that it is steady, and every six hours again while it stays so."""
    look.say("steady")
    again = look.clock.after(events.REPEATED, lambda: _say_steady(look), reminder=True)
    look.service.next_steady_message = again


def _complete(look: ServicePass) -> None:
    service, deployment, now = look.service, look.service.primary, look.clock.timestamp()
    deployment.roll("completed", now, f"ECS deployment {deployment.id} completed.")
    deployment.trip_at = None
    service.completed = deployment
    for older in service.deployments[1:]:
        older.move("replaced")
    service.deployments = [deployment]
    rollout = service.rollouts[0]
    rollout.start(now)
    rollout.complete(now, service.desired)
    service.rolling_back = False
    look.say("completed", deployment=deployment)
    look.account.completed(service)


def _is_settled(service: Service) -> bool:
    """Whether the service is as its description says, with nothing on its way."""
    primary = service.primary
    expected = primary.replacements_due or primary.failing or primary.given_up
    targets = service.deregistrations or service.unregistered
    whole = primary.live == primary.graded(READY) == primary.running == service.desired
    alone = not any(older.members for older in service.deployments[1:])
    return bool(whole and not expected and not targets and alone and primary.rollout_state != "FAILED")
