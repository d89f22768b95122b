"""What is looked at after every event: moves of statuses, a service's percents, how long steps took."""

from collections.abc import Iterator
from typing import Any

from ecslab.sandbox.world.lifecycle import Lifecycle
from ecslab.sandbox.world.load_balancing.target_health import TARGET
from ecslab.sandbox.world.service import lifecycle as of_services
from ecslab.sandbox.world.task.lifecycle import ATTACHMENT, TASK
from ecslab.sandbox.world.time.durations import steps
from tests.simulation.name_history import NameHistory

TOLD = 1e-3 + 1e-6
"""Durations are rounded to milliseconds."""
TIMED = {("PROVISIONING", "PENDING"): "pull_started", ("ACTIVATING", "RUNNING"): "started",
         ("DEPROVISIONING", "STOPPED"): "deprovisioned"}  # fmt: skip
"""Moves of a task, and the row of `durations.toml` that says how long it was in the status before."""


class Watch:
    """Hears of every event of a sandbox's clock, whichever clock that is after a restart."""

    def __init__(self, world: Any):
        self.world = world
        self.clock: Any = None
        self.names = NameHistory()

    def attach(self) -> None:
        """Go on with the clock that the sandbox has now, and look; not before the ground is furnished."""
        if not self.world.furnished:
            return
        clock = self.world.sandbox.clock
        if clock is not self.clock:
            self.clock, self.at = clock, clock.now
            self.statuses: dict[Any, tuple[str, float | None]] = {}
            self.healthy: dict[str, tuple[int, set[Any]]] = {}
            self._began = False
            self.names.go_back(self.world)
            before = clock.on_event

            def on_event(number: int) -> None:
                if self.clock is clock:
                    self.look()
                before(number)

            clock.on_event = on_event
        self.look()
        self._began = True

    def look(self) -> None:
        """Compare what is there with what was there before the last event."""
        at, self.at = self.at, self.clock.now
        if self.world.account.service_discovery:
            self.names.look(self.world)
        for key, lifecycle, status, task in self._all():
            before, since = self.statuses.get(key, (None, None))
            if before == status:
                continue
            self.statuses[key] = status, (at if self._began else None)
            if before is None:
                continue
            if not follows(lifecycle, before, status):
                self._wrong("legal-moves", f"{lifecycle.noun} {key}: {before} to {status}")
            row = TIMED.get((before, status))
            fargate = task and not task.instance and not task.waiting
            if fargate and row and since is not None and len(task.containers) == 1:
                self._judge_duration(row, task, at - since)
        for name, service in self.world.services.items():
            self._judge_percents(name, service)

    def _all(self) -> Iterator[tuple[Any, Lifecycle[str], str, Any]]:
        for task_id, task in self.world.tasks.items():
            yield task_id, TASK, task.last_status, task
            yield task.attachment.id, ATTACHMENT, task.attachment.status, None
        for name, service in self.world.services.items():
            yield (name, service.created_at), of_services.SERVICE, service.status, None
            for rollout in service.rollouts:
                yield rollout.id, of_services.SERVICE_DEPLOYMENT, rollout.status, None
            for each in service.deployments:
                yield each.id, of_services.DEPLOYMENT, each.status, None
                yield (each.id, "rollout"), of_services.ROLLOUT_STATE, each.rollout_state, None
        for pool in self.world.pools.values():
            for target in pool:
                yield target, TARGET, target.state, None

    def _judge_duration(self, row: str, task: Any, took: float) -> None:
        step = steps()[row]
        drawn = self.clock.durations.model == "drawn" and step.quantiles
        least, most = (step.quantiles[0], step.quantiles[-1]) if drawn else (step.fixed, step.fixed)
        if not least - TOLD <= took <= most + TOLD:
            self._wrong("drawn-durations", f"{row} of task {task.id}: {took:.3f} s, not {least} to {most}")

    def _judge_percents(self, name: str, service: Any) -> None:
        used, healthy = counts(service)
        before = self.healthy.get(name)
        self.healthy[name] = used, healthy
        if before is None:
            return
        if used > before[0] and used > service.maximum:
            self._wrong("within-percents", f"{name}: {used} tasks, and {service.maximum} may be")
        dropped = [member for member in before[1] - healthy if member.stopped_by_scheduler]
        if dropped and service.status == "ACTIVE" and len(healthy) < service.minimum:
            self._wrong("within-percents", f"{name}: {len(healthy)} healthy, at least {service.minimum}")

    def _wrong(self, invariant: str, words: str) -> None:
        self.world.complaints.append((invariant, words))


def counts(service: Any) -> tuple[int, set[Any]]:
    """Tasks that count towards the maximum, and the healthy ones."""
    members = [member for each in service.deployments for member in each.members.values()]
    used = sum(member.phase in ("pending", "running") for member in members)
    return used, {member for member in members if member.live and member.healthy}


def follows(lifecycle: Lifecycle[str], before: str, after: str) -> bool:
    """Whether moves of the table lead there; one event may take several."""
    reached, new = {before}, [before]
    while new:
        fresh = set(lifecycle.transitions[new.pop()].values()) - reached
        reached |= fresh
        new += fresh
    return after in reached
