"""A service comes to rest: its deployment completes, and it says that it is steady."""

from typing import TYPE_CHECKING

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.member import READY
from ecslab.sandbox.world.service.passes import scale_in
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from ecslab.sandbox.world.service.scheduler import Scheduler


def conclude(scheduler: "Scheduler", service: Service) -> None:
    """Draw the line under what is done: INACTIVE, completed, or steady; a better spread after that."""
    if service.status == "DRAINING":
        if not any(deployment.members for deployment in service.deployments):
            service.move("last_task_stopped")
            service.deployments = []
        return
    if not _at_rest(service):
        service.stir()
        return
    if not scheduler.due(service.busy_at + timings.SETTLED):
        return
    if service.primary.rollout_state == "IN_PROGRESS":
        _complete(scheduler, service)
    if not service.steady:
        _tell(scheduler, service)
    scale_in.rebalance(scheduler, service)


def _tell(scheduler: "Scheduler", service: Service) -> None:
    """Say that it is steady, and every six hours again while it stays so."""
    scheduler.say(service, events.STEADY)
    service.again = scheduler.clock.after(events.REPEATED, lambda: _tell(scheduler, service))


def _complete(scheduler: "Scheduler", service: Service) -> None:
    deployment, now = service.primary, scheduler.clock.timestamp()
    deployment.roll("completed", now, f"ECS deployment {deployment.id} completed.")
    deployment.trip_at = None
    service.completed = deployment
    for other in service.deployments[1:]:
        other.move("replaced")
    service.deployments = [deployment]
    rollout = service.rollouts[0]
    rollout.start(now)
    rollout.complete(now, service.desired, deployment.rollout_reason if service.rolling_back else None)
    service.rolling_back = False
    scheduler.say(service, events.completed(deployment.id))


def _at_rest(service: Service) -> bool:
    """Whether the service is as its description says, with nothing on its way."""
    primary = service.primary
    waiting = primary.holds or primary.dying or primary.doomed or service.leaving or service.unregistered
    whole = primary.live == primary.graded(READY) == primary.running == service.desired
    alone = not any(other.members for other in service.deployments[1:])
    return bool(whole and not waiting and alone and primary.rollout_state != "FAILED")
