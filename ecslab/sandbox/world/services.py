"""The service scheduler: keeps every service at its desired count, and rolls its deployments.

It is told what happens to tasks and targets, and looks at a service only when something about it has
changed or falls due; a look costs as much as what it does. What it decides, its hands carry out.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

import heapq
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from . import _rolling, _unhealthy, service_events, service_timings
from .clock import Clock
from .rollout import Counts, Rollout
from .service import READY, Deployment, LoadBalancer, Member, Revision, Service

__all__ = ["CannotPlace", "Cause", "Hands", "Scheduler"]

_MOMENT: Final = 1e-6
_FAILURES: Final = frozenset({"TaskFailedToStart", "EssentialContainerExited"})


class CannotPlace(Exception):
    """A task cannot even be started; its text is the event's message after the service's name."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a task ended: `stopCode` and `stoppedReason`."""

    code: str
    reason: str


class Hands(Protocol):
    """What the scheduler asks of the account."""

    def launch(self, service: Service, deployment: Deployment, place: int) -> str:
        """Start a task in this subnet and answer its id.

        Raises:
            CannotPlace: it cannot be started.
        """

    def stop(self, task_id: str, reason: str) -> None: ...

    def register(self, task_id: str, balancer: LoadBalancer) -> None:
        """Register the task as a target; a task is deregistered by whoever takes it out of traffic.

        Raises:
            LookupError: the target group is gone.
        """

    def new_id(self, kind: str) -> str:
        """A fresh id: `event`, `deployment` or `rollout`."""


class Scheduler:
    """Runs any number of services; all it knows of one is in the service itself."""

    def __init__(self, clock: Clock, hands: Hands):
        self.clock, self.hands = clock, hands
        self._order = itertools.count()

    # what the API asks

    def deploy(self, service: Service, revision: Revision) -> Deployment:
        """Begin a deployment; what was PRIMARY is replaced by it."""
        now, sources = self.clock.timestamp(), _sources(service)
        deployment = Deployment(self.hands.new_id("deployment"), revision, now, updated_at=now)
        deployment.rollout_reason = f"ECS deployment {deployment.id} in progress."
        self._supersede(service)
        for other in service.deployments:
            other.status = "ACTIVE"
        service.deployments = [deployment, *(one for one in service.deployments if one.members)]
        service.rollouts.insert(0, Rollout(self.hands.new_id("rollout"), deployment, now, sources))
        self.begin_anew(service)
        return deployment

    def begin_anew(self, service: Service) -> None:
        """Look at the service soon, and forget what held it up: its description has changed."""
        service.failures, service.launch_from, service.steady = 0, 0.0, False
        service.primary.holds.clear()
        self._touch(service, service_timings.NOTICED)

    def retire(self, service: Service) -> None:
        """Delete it: DRAINING while tasks remain, then INACTIVE."""
        service.status, service.desired = "DRAINING", 0
        for member in list(service.primary.doomed.values()):
            member.deployment.change(member, doomed=False)
        self._supersede(service)
        self._touch(service, service_timings.ADVANCED)

    def protect(self, service: Service, member: Member, until: float) -> None:
        """Keep a task from scale-in until this virtual second; one that has passed lifts it."""
        member.protected_until = until
        if until <= self.clock.now:
            self.wake(service, service_timings.ADVANCED)

    def roll_back(self, service: Service, reason: str) -> None:
        """Return to the deployment that last completed."""
        failed, back = service.primary, service.completed
        assert back is not None and back is not failed, "there is one to return to"
        now = self.clock.timestamp()
        service.rollouts[0].turn_back(now, reason, back.revision)
        failed.status, back.status = "ACTIVE", "PRIMARY"
        back.rollout_state, back.updated_at = "IN_PROGRESS", now
        back.rollout_reason = f"ECS deployment circuit breaker: rolling back to deploymentId {back.id}."
        back.failed_tasks, back.trip_at = 0, None
        service.deployments = [back, *(one for one in service.deployments if one is not back)]
        service.rolling_back = True
        self.begin_anew(service)
        service.launch_from = self.clock.now + service_timings.ROLLED_BACK
        self.wake(service, service_timings.ROLLED_BACK)

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
            member.deployment.change(member, phase="leaving")
            self._touch(service, service_timings.ADVANCED)

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
        healthy = _unhealthy.is_healthy(member, self.clock.now + _MOMENT)
        if healthy != member.healthy:
            member.deployment.change(member, healthy=healthy)
            if healthy:
                self._became_healthy(service, member)
            self._touch(service, service_timings.ADVANCED)
        delay = _unhealthy.patience(member)
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
        member.deployment.change(member, phase="running", ran_at=self.clock.now)
        service.failures, service.launch_from = 0, 0.0
        if not member.live:
            return
        if member.deployment.revision.load_balancers:
            service.unregistered[member.id] = member
            self.wake(service, service_timings.REGISTERED)
        elif not member.deployment.revision.checked:
            self.clock.after(service_timings.HEALTHY, lambda: self.judge(service, member))
        self.judge(service, member)

    def _lost(self, service: Service, member: Member, cause: Cause) -> None:
        """A task ends, and not by the scheduler's will."""
        deployment = member.deployment
        deployment.change(member, stopping=True)
        self._no_longer(service, member, service_timings.REPLACED)
        if deployment is not service.primary:
            return
        if cause.code in _FAILURES and member.ready_at is None:
            deployment.dying += 1
        else:
            self._hold(service, deployment, service_timings.REPLACED)

    def _gone(self, service: Service, member: Member, cause: Cause | None) -> None:
        deployment = member.deployment
        deployment.drop(member)
        failed = not member.dropped and cause is not None and cause.code in _FAILURES
        if failed and member.ready_at is None and deployment is service.primary:
            assert cause is not None, "a task that failed has a cause"
            deployment.dying -= deployment.dying > 0
            self._failed(service, member, cause.reason)
        elif member.doomed and member.dropped and deployment is service.primary:
            self.count_failure(service)
        others = service.deployments[1:]
        if not deployment.members and deployment in others and deployment.rollout_state != "FAILED":
            deployment.status = "INACTIVE"
            service.deployments.remove(deployment)
        self._touch(service, service_timings.ADVANCED)

    def _failed(self, service: Service, member: Member, reason: str) -> None:
        deployment = member.deployment
        if member.ran_at is None:
            deployment.shunned[member.place] = self.clock.now + service_timings.SHUNNED
            self.say(service, service_events.unplaced(reason))
            gap = self._back_off(service, member.launched_at)
        else:
            gap = service_timings.RESTARTED
        self._hold(service, deployment, gap)
        self.count_failure(service)

    def _back_off(self, service: Service, launched_at: float) -> float:
        """Seconds until the next start; tasks of one batch that fail together count as one failure."""
        now = self.clock.now
        if launched_at > service.round_at:
            service.failures, service.round_at = service.failures + 1, now
            if service.failures >= service_timings.THROTTLED_FROM:
                self.say(service, service_events.THROTTLED)
        return service_timings.retry_after(service.failures)

    def count_failure(self, service: Service) -> None:
        """One more failure in the PRIMARY deployment; the breaker decides a while after one too many."""
        deployment, breaker = service.primary, service.breaker
        deployment.failed_tasks += 1
        watched = breaker.enabled and not service.rolling_back and deployment.rollout_state == "IN_PROGRESS"
        if watched and deployment.failed_tasks >= breaker.threshold(service.desired):
            deployment.trip_at = deployment.trip_at or self.clock.now + service_timings.TRIPPED
            self.wake(service, deployment.trip_at - self.clock.now)

    def _hold(self, service: Service, deployment: Deployment, delay: float) -> None:
        heapq.heappush(deployment.holds, self.clock.now + delay)
        self.wake(service, delay)

    def _no_longer(self, service: Service, member: Member, delay: float) -> None:
        """A task is on its way out: its targets are deregistered after `delay` seconds."""
        service.sick.pop(member.id, None)
        service.unregistered.pop(member.id, None)
        if member.targets is not None:
            heapq.heappush(service.leaving, (self.clock.now + delay, next(self._order), member))
            self.wake(service, delay)

    # looking at a service

    def wake(self, service: Service, delay: float) -> None:
        """Look at the service after `delay` seconds, at a full second."""
        at = math.ceil(self.clock.now + max(delay, 0.0) - _MOMENT)
        if at not in service.passes:
            delay = max(at - self.clock.now, 0.0)
            service.passes[at] = self.clock.after(delay, lambda: self._look(service, at))

    def _touch(self, service: Service, delay: float) -> None:
        """Something has changed: look soon, and again when it may have settled."""
        service.busy_at = self.clock.now
        self.wake(service, delay)
        self.wake(service, service_timings.SETTLED)

    def due(self, at: float) -> bool:
        """Whether virtual second `at` has come."""
        return at <= self.clock.now + _MOMENT

    def _look(self, service: Service, at: float) -> None:
        del service.passes[at]
        if service.status == "INACTIVE":
            return
        self._deregister(service)
        self._trip(service)
        self._start(service)
        self._register(service)
        _unhealthy.replace(self, service)
        _rolling.stop(self, service)
        self._conclude(service)

    def say(self, service: Service, message: str, task_set: str | None = None) -> None:
        """Add an event, unless it would repeat the last one."""
        subject = f"(service {service.name}, taskSet {task_set})" if task_set else f"(service {service.name})"
        message = f"{subject} {message}"
        if not service.log.says(message, self.clock.now):
            event_id = self.hands.new_id("event")
            service.log.add(event_id, self.clock.now, self.clock.timestamp(), message)

    def _trip(self, service: Service) -> None:
        deployment, now = service.primary, self.clock.timestamp()
        if deployment.trip_at is None or not self.due(deployment.trip_at):
            return
        deployment.trip_at = None
        deployment.rollout_state, deployment.updated_at = "FAILED", now
        deployment.rollout_reason = "ECS deployment circuit breaker: tasks failed to start."
        self.say(service, service_events.failed(deployment.id))
        service.rollouts[0].triggered = True
        back = service.completed
        if service.breaker.rollback and back is not None and back is not deployment:
            self.say(service, service_events.rolling_back(back.id))
            self.roll_back(service, deployment.rollout_reason)
        else:
            service.rollouts[0].end(now, "STOPPED", service.desired, deployment.rollout_reason)

    def _start(self, service: Service) -> None:
        primary, now = service.primary, self.clock.now
        while primary.holds and self.due(primary.holds[0]):
            heapq.heappop(primary.holds)
        _unhealthy.doom(self, service)
        idle = service.status != "ACTIVE" or primary.rollout_state == "FAILED" or service.daemon
        if idle or not self.due(service.launch_from):
            return
        wanted, room = _rolling.wanted(service), service.maximum - service.running - service.pending
        count = min(wanted, room, service_timings.LAUNCHES)
        if count <= 0:
            return
        members = self._launch(service, count)
        replaced = _unhealthy.pair(primary, members)
        if members:
            self.say(service, service_events.started([member.id for member in members], replaced))
        if len(members) == count == service_timings.LAUNCHES:
            service.launch_from = now + service_timings.LAUNCHED
            self.wake(service, service_timings.LAUNCHED)

    def _launch(self, service: Service, count: int) -> list[Member]:
        members: list[Member] = []
        for _ in range(count):
            member = self._launch_one(service)
            if member is None:
                break
            members.append(member)
        if members:
            service.rollouts[0].start(self.clock.timestamp())
            self._touch(service, service_timings.SETTLED)
        return members

    def _launch_one(self, service: Service) -> Member | None:
        """Start one task of the PRIMARY deployment; None, and an event, if it can be nowhere."""
        deployment, now = service.primary, self.clock.now
        found = self.launch_in(service, deployment.next_places(now))
        if isinstance(found, Member):
            return found
        self.say(service, str(found))
        gap = self._back_off(service, now)
        service.launch_from = now + gap
        self.wake(service, gap)
        self.count_failure(service)
        return None

    def launch_in(self, service: Service, places: Iterable[int]) -> Member | CannotPlace:
        """Start one task of the PRIMARY deployment in the first of these subnets where that can be."""
        deployment, now = service.primary, self.clock.now
        refusal = CannotPlace()
        for place in places:
            try:
                task_id = self.hands.launch(service, deployment, place)
            except CannotPlace as problem:
                deployment.shunned[place] = now + service_timings.SHUNNED
                refusal = problem
            else:
                member = Member(task_id, deployment, place, now)
                deployment.add(member)
                return member
        return refusal

    def _register(self, service: Service) -> None:
        now, registered = self.clock.now, []
        for member in list(service.unregistered.values()):
            if member.ran_at is not None and self.due(member.ran_at + service_timings.REGISTERED):
                del service.unregistered[member.id]
                registered.append(member)
        if not registered:
            return
        for member in registered:
            balancers = member.deployment.revision.load_balancers
            member.registered_at = now
            member.targets = {each.target_group: ("initial", "") for each in balancers}
            for balancer in balancers:
                self._register_one(service, member, balancer)
        for group, count in _by_group(registered):
            self.say(service, service_events.registered(count, group))
        self._touch(service, service_timings.ADVANCED)

    def _register_one(self, service: Service, member: Member, balancer: LoadBalancer) -> None:
        try:
            self.hands.register(member.id, balancer)
        except LookupError:
            lost = service_events.target_group_lost(member.deployment.id, member.id, balancer.target_group)
            self.say(service, lost)

    def _deregister(self, service: Service) -> None:
        members = []
        while service.leaving and self.due(service.leaving[0][0]):
            members.append(heapq.heappop(service.leaving)[2])
        if not members:
            return
        for member in members:
            member.targets = None
        for group, count in _by_group(members):
            self.say(service, service_events.deregistered(count, group))
        for deployment in dict.fromkeys(member.deployment for member in members):
            count = sum(member.deployment is deployment for member in members)
            self.say(service, service_events.draining(count), deployment.id)
        self._touch(service, service_timings.SETTLED)

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
            self._no_longer(service, member, service_timings.DEREGISTERED)
            self.hands.stop(member.id, reason)
        if pending:
            self.say(service, service_events.stopped_pending(pending))
        if ids:
            self.say(service, service_events.stopped(ids))
        if pending or ids:
            self._touch(service, service_timings.ADVANCED)
        return pending + len(ids)

    # coming to rest

    def _conclude(self, service: Service) -> None:
        if service.status == "DRAINING":
            if not any(deployment.members for deployment in service.deployments):
                service.status, service.deployments = "INACTIVE", []
            return
        if not _at_rest(service):
            service.steady = False
            return
        if not self.due(service.busy_at + service_timings.SETTLED):
            return
        if service.primary.rollout_state == "IN_PROGRESS":
            self._complete(service)
        if not service.steady:
            service.steady = True
            self.say(service, service_events.STEADY)
        _rolling.rebalance(self, service)

    def _complete(self, service: Service) -> None:
        deployment, now = service.primary, self.clock.timestamp()
        deployment.rollout_state, deployment.updated_at = "COMPLETED", now
        deployment.rollout_reason = f"ECS deployment {deployment.id} completed."
        deployment.trip_at = None
        service.completed = deployment
        for other in service.deployments[1:]:
            other.status = "INACTIVE"
        service.deployments = [deployment]
        status = "ROLLBACK_SUCCESSFUL" if service.rolling_back else "SUCCESSFUL"
        rollout = service.rollouts[0]
        rollout.start(now)
        rollout.end(now, status, service.desired, deployment.rollout_reason if service.rolling_back else None)
        service.rolling_back = False
        self.say(service, service_events.completed(deployment.id))

    def _supersede(self, service: Service) -> None:
        """Another deployment, or the end of the service, stops one that is not over."""
        service.rolling_back = False
        if service.rollouts and not service.rollouts[0].ended:
            service.rollouts[0].end(self.clock.timestamp(), "STOPPED", service.desired)


def _at_rest(service: Service) -> bool:
    """Whether the service is as its description says, with nothing on its way."""
    primary = service.primary
    waiting = primary.holds or primary.dying or primary.doomed or service.leaving or service.unregistered
    whole = primary.live == primary.graded(READY) == primary.running == service.desired
    alone = not any(other.members for other in service.deployments[1:])
    return bool(whole and not waiting and alone and primary.rollout_state != "FAILED")


def _sources(service: Service) -> list[Counts]:
    return [
        Counts(one.revision, one.running + one.pending, one.running, one.pending)
        for one in service.deployments
    ]


def _by_group(members: Iterable[Member]) -> Iterable[tuple[str, int]]:
    counts: dict[str, int] = {}
    for member in members:
        for balancer in member.deployment.revision.load_balancers:
            counts[balancer.target_group] = counts.get(balancer.target_group, 0) + 1
    return counts.items()
