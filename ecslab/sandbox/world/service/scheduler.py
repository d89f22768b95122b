"""The service scheduler: keeps every service at its desired count, and rolls its deployments.

It is told what happens to tasks and targets, and looks at a service only when something about it has
changed or falls due; a look costs as much as what it does. What it decides, its hands carry out.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

import heapq
import itertools
import math
from collections.abc import Iterable
from typing import Final

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.account import Account, Cause
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.lifecycle import MEMBER
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes import (
    failures,
    replacement,
    scale_in,
    scale_out,
    steady_state,
    targets,
)
from ecslab.sandbox.world.service.revision import Revision
from ecslab.sandbox.world.service.rollout import Counts, Rollout
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.time.clock import Clock

_MOMENT: Final = 1e-6
_FAILURES: Final = frozenset({"TaskFailedToStart", "EssentialContainerExited"})


class Scheduler:
    """Runs any number of services; all it knows of one is in the service itself."""

    def __init__(self, clock: Clock, hands: Account):
        self.clock, self.hands = clock, hands
        self._order = itertools.count()

    # what the API asks

    def deploy(self, service: Service, revision: Revision) -> Deployment:
        """Begin a deployment; what was PRIMARY is replaced by it."""
        now, sources = self.clock.timestamp(), _sources(service)
        deployment = Deployment(self.hands.new_id("deployment"), revision, now, updated_at=now)
        deployment.rollout_reason = f"ECS deployment {deployment.id} in progress."
        self._supersede(service)
        if service.deployments:
            service.primary.move("superseded")
        service.deployments = [deployment, *(one for one in service.deployments if one.members)]
        service.rollouts.insert(0, Rollout(self.hands.new_id("rollout"), deployment, now, sources))
        self.begin_anew(service)
        return deployment

    def begin_anew(self, service: Service) -> None:
        """Look at the service soon, and forget what held it up: its description has changed."""
        service.failures, service.launch_from = 0, 0.0
        service.stir()
        service.primary.holds.clear()
        self.touch(service, timings.NOTICED)

    def retire(self, service: Service) -> None:
        """Delete it: DRAINING while tasks remain, then INACTIVE."""
        service.move("deleted")
        service.desired = 0
        service.stir()
        for member in list(service.primary.doomed.values()):
            member.deployment.change(member, doomed=False)
        self._supersede(service)
        self.touch(service, timings.ADVANCED)

    def protect(self, service: Service, member: Member, until: float) -> None:
        """Keep a task from scale-in until this virtual second; one that has passed lifts it."""
        member.protected_until = until
        if until <= self.clock.now:
            self.wake(service, timings.ADVANCED)

    def roll_back(self, service: Service, reason: str) -> None:
        """Return to the deployment that last completed."""
        failed, back = service.primary, service.completed
        assert back is not None and back is not failed, "there is one to return to"
        now = self.clock.timestamp()
        if not service.rollouts[0].ended:  # that of a deleted service stays stopped
            service.rollouts[0].turn_back(now, reason, back.revision)
        failed.move("superseded")
        back.move("restored")
        back.roll("restored", now, f"ECS deployment circuit breaker: rolling back to deploymentId {back.id}.")
        back.failed_tasks, back.trip_at = 0, None
        service.deployments = [back, *(one for one in service.deployments if one is not back)]
        service.rolling_back = True
        self.begin_anew(service)
        service.launch_from = self.clock.now + timings.ROLLED_BACK
        self.wake(service, timings.ROLLED_BACK)

    # what happens to tasks

    def moved(self, service: Service, member: Member, status: str, cause: Cause | None = None) -> None:
        """A task has a new status; `cause` once its end is decided."""
        if status == "RUNNING":
            self._ran(service, member)
        elif status == "STOPPED":
            self._gone(service, member, cause)
        elif cause and member.phase != "leaving":
            if not member.stopping:
                self._lost(service, member, cause)
            member.deployment.change(member, phase=MEMBER.next(member.phase, "stopping"))
            self.touch(service, timings.ADVANCED)

    def container_health(self, service: Service, member: Member, status: str) -> None:
        """A task's health by its containers: HEALTHY, UNHEALTHY or UNKNOWN."""
        member.container_health = status
        self.judge(service, member)

    def target_health(self, service: Service, member: Member, group: str, state: str, why: str) -> None:
        """The health of a task's target has changed; `why` is the description of its state."""
        if member.targets is not None and group in member.targets:
            member.targets[group] = (state, why)
            self.judge(service, member)

    def judge(self, service: Service, member: Member) -> None:
        """Find out whether a task is healthy, unhealthy or neither, and what follows."""
        if not member.live:
            return
        healthy = replacement.is_healthy(member, self.clock.now + _MOMENT)
        if healthy != member.healthy:
            member.deployment.change(member, healthy=healthy)
            if healthy:
                self._became_healthy(service, member)
            self.touch(service, timings.ADVANCED)
        delay = replacement.patience(member)
        if delay is None:
            member.complaint = None
            service.sick.pop(member.id, None)
        elif member.complaint is None:
            assert member.ran_at is not None, "only what ran is unhealthy"
            member.complaint = max(self.clock.now, member.ran_at + service.grace) + delay
            service.sick[member.id] = member
            self.wake(service, member.complaint - self.clock.now)

    def _became_healthy(self, service: Service, member: Member) -> None:
        deployment = member.deployment
        if member.ready_at is None:
            member.ready_at = self.clock.now
            deployment.extra = 0
        if service.breaker.resets:
            deployment.failed_tasks, deployment.trip_at = 0, None

    def _ran(self, service: Service, member: Member) -> None:
        phase = MEMBER.next(member.phase, "running")
        member.deployment.change(member, phase=phase, ran_at=self.clock.now)
        if member.deployment is service.primary:
            service.failures, service.launch_from = 0, 0.0
        if not member.live:
            return
        if member.deployment.revision.load_balancers:
            service.unregistered[member.id] = member
            self.wake(service, timings.REGISTERED)
        elif not member.deployment.revision.checked:
            self.clock.after(timings.HEALTHY, lambda: self.judge(service, member))
        self.judge(service, member)

    def _lost(self, service: Service, member: Member, cause: Cause) -> None:
        """A task ends, and not by the scheduler's will."""
        deployment = member.deployment
        deployment.change(member, stopping=True)
        targets.no_longer(self, service, member, timings.REPLACED)
        if not service.replaces(deployment):
            return
        if cause.code in _FAILURES and member.ready_at is None:
            deployment.dying += 1
        else:
            self.hold(service, deployment, timings.REPLACED)

    def _gone(self, service: Service, member: Member, cause: Cause | None) -> None:
        deployment = member.deployment
        deployment.drop(member)
        failed = not member.dropped and cause is not None and cause.code in _FAILURES
        if failed and member.ready_at is None and service.replaces(deployment):
            assert cause is not None, "a task that failed has a cause"
            deployment.dying -= deployment.dying > 0
            failures.failed(self, service, member, cause.reason)
        elif member.doomed and member.dropped and deployment is service.primary:
            failures.count(self, service)
        service.part_with(deployment)
        self.touch(service, timings.ADVANCED)

    def hold(self, service: Service, deployment: Deployment, delay: float) -> None:
        """Let a task that ended be replaced after `delay` seconds, no sooner."""
        heapq.heappush(deployment.holds, self.clock.now + delay)
        self.wake(service, delay)

    # looking at a service

    def wake(self, service: Service, delay: float) -> None:
        """Look at the service after `delay` seconds, at a full second."""
        at = math.ceil(self.clock.now + max(delay, 0.0) - _MOMENT)
        if at not in service.passes:
            delay = max(at - self.clock.now, 0.0)
            service.passes[at] = self.clock.after(delay, lambda: self._look(service, at))

    def touch(self, service: Service, delay: float) -> None:
        """Something has changed: look soon, and again when it may have settled."""
        service.busy_at = self.clock.now
        self.wake(service, delay)
        self.wake(service, timings.SETTLED)

    def number(self) -> int:
        """A running number, to keep the order of what falls due at once."""
        return next(self._order)

    def due(self, at: float) -> bool:
        """Whether virtual second `at` has come."""
        return at <= self.clock.now + _MOMENT

    def _look(self, service: Service, at: float) -> bool:
        del service.passes[at]
        if service.status == "INACTIVE":
            return False
        before = service.shown()
        targets.deregister(self, service)
        failures.trip(self, service)
        scale_out.start(self, service)
        scale_out.uphold(self, service)
        targets.register(self, service)
        replacement.replace(self, service)
        scale_in.stop(self, service)
        steady_state.conclude(self, service)
        return service.shown() != before

    def say(self, service: Service, message: str, task_set: str | None = None) -> None:
        """Add an event, unless it would repeat the last one."""
        subject = f"(service {service.name}, taskSet {task_set})" if task_set else f"(service {service.name})"
        message = f"{subject} {message}"
        if not service.log.says(message, self.clock.now):
            event_id = self.hands.new_id("event")
            service.log.add(event_id, self.clock.now, self.clock.timestamp(), message)

    def drop(self, service: Service, members: Iterable[Member], reason: str, most: int | None = None) -> int:
        """Stop tasks and say so; answers how many. Each is stopped before the next is asked for."""
        ids: list[str] = []
        pending = 0
        for member in itertools.islice(members, most):
            if member.phase == "pending":
                pending += 1
            else:
                ids.append(member.id)
            member.deployment.change(member, stopping=True, dropped=True)
            targets.no_longer(self, service, member, timings.DEREGISTERED)
            self.hands.stop(member.id, reason)
        if pending:
            self.say(service, events.stopped_pending(pending))
        if ids:
            self.say(service, events.stopped(ids))
        if pending or ids:
            self.touch(service, timings.ADVANCED)
        return pending + len(ids)

    def _supersede(self, service: Service) -> None:
        """Another deployment, or the end of the service, stops one that is not over."""
        service.rolling_back = False
        if service.rollouts and not service.rollouts[0].ended:
            service.rollouts[0].stop(self.clock.timestamp(), service.desired)


def _sources(service: Service) -> list[Counts]:
    there = service.deployments
    return [Counts(one.revision, one.running + one.pending, one.running, one.pending) for one in there]
