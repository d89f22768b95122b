"""Walks a task through its lifecycle on the clock: who does what, when, and what follows if it fails.

The driver knows the order and the durations. What a phase consists of (an interface, a pull, a program) is
its surroundings' part, which answers at once or raises StartFailed; nothing here waits.
"""

from collections.abc import Callable
from math import inf
from typing import Final

from ecslab.sandbox.world.behaviour import LATEST
from ecslab.sandbox.world.task import dependencies, managed_agent
from ecslab.sandbox.world.task.container import Container, restarts
from ecslab.sandbox.world.task.health_checks import Checks
from ecslab.sandbox.world.task.surroundings import StartFailed, Surroundings
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock

CONTAINER_EXITED: Final = "Essential container in task exited"
EXITED: Final = "EssentialContainerExited"
"""The stop code of a task whose container ended by itself: ECS notices it some time after
`executionStoppedAt` [NAT:task_log_startup]."""
FAILED_TO_START: Final = "TaskFailedToStart"
SPOT_INTERRUPTION: Final = "SpotInterruption"
SPOT_WARNING: Final = 120.0
"""Seconds from the warning to the end of a task that Fargate Spot takes back.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"""
SPOT_ENDS_SINCE: Final = 7
"""The behaviour from which on it does end then, whatever its load balancer and containers still wait for."""
EMPTY_PULL: Final = 0.01
"""`pullStartedAt` to `pullStoppedAt` of a task whose log cannot be opened: 6-25 ms [NAT:task_log_startup]."""
KEPT: Final = 3600.0
"""Seconds for which a stopped task stays visible (API DescribeTasks: at least an hour)."""


class Driver:
    """Drives any number of tasks; all it knows of one is in the task itself."""

    def __init__(self, clock: Clock, surroundings: Surroundings, behaviour: int = LATEST):
        self.clock, self.surroundings, self._behaviour = clock, surroundings, behaviour
        self._checks = Checks(clock, self._health_changed)
        self._ended = self._exited  # one for all containers: there are thousands

    def launch(self, task: Task) -> None:
        """Begin with a task that is PROVISIONING."""
        task.created_at = self.clock.timestamp()
        self.surroundings.moved(task, None)
        if task.attachment.shared:  # nothing to attach: the first status is PENDING (AWS CLI, run-task)
            self._move(task, "network_ready")
            self._next(task, self._takes("agent_accepted", task), self._join)
        else:
            self._next(task, self._takes("eni_created", task), self._attach)

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends. Its first decision stands; a later one changes nothing."""
        if task.stopping:
            return
        self._decide_stop(task, code, reason)
        if code != EXITED:
            self._tell_stop(task)
        self._next(task, self._takes(_noticed(task), task), self._leave)

    def reached(self, task: Task) -> None:
        """Whoever runs the task's containers can be told again what was decided meanwhile."""
        if task.unreached:
            task.unreached = False
            self._next(task, self._takes(_noticed(task), task), self._leave)

    def lose(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends, and let what runs in it be gone at once, without SIGTERM."""
        self.stop(task, code, reason)
        for container in task.containers:
            if container.program:
                container.program.signal("KILL")
        self.reached(task)

    def _next(self, task: Task, delay: float, phase: Callable[[Task], None]) -> None:
        if task.next_phase:
            task.next_phase.cancel()
        task.next_phase = self.clock.after(delay, lambda: self._begin(task, phase))

    @staticmethod
    def _begin(task: Task, phase: Callable[[Task], None]) -> None:
        task.next_phase = None
        phase(task)

    def _takes(self, step: str, task: Task) -> float:
        return self.clock.durations.of(step, task.id)

    def _move(self, task: Task, event: str) -> None:
        before = task.last_status
        task.move(event)
        self.surroundings.moved(task, before)

    # coming up

    def _attach(self, task: Task) -> None:
        try:
            task.attachment.interface = self.surroundings.attach_eni(task)
        except StartFailed as failure:
            task.attachment.move("creation_failed")
            self._fail_later(task, failure)
        else:
            task.attachment.move("created")
            left = self._takes("connected", task) - self._takes("eni_created", task)
            self._next(task, left, self._connect)
        task.changed(told=False)

    def _join(self, task: Task) -> None:
        """Take ports on the container instance's own interface."""
        try:
            task.attachment.interface = self.surroundings.attach_eni(task)
        except StartFailed as failure:
            self._fail_later(task, failure)
            return
        task.connectivity, task.connectivity_at = "CONNECTED", self.clock.timestamp()
        self._prepare(task)

    def _connect(self, task: Task) -> None:
        task.attachment.move("connected")
        task.connectivity, task.connectivity_at = "CONNECTED", self.clock.timestamp()
        task.changed(told=False)
        left = self._takes("pull_started", task) - self._takes("connected", task)
        self._next(task, left, self._pull)

    def _pull(self, task: Task) -> None:
        self._move(task, "network_ready")
        self._prepare(task)

    def _prepare(self, task: Task) -> None:
        try:
            self.surroundings.prepare(task)
            task.pull_started_at = self.clock.timestamp()
            self._open_logs(task)
            pulls = [self.surroundings.pull(task, container) for container in task.containers]
        except StartFailed as failure:
            self._fail_later(task, failure)
            return
        for container, pulled in zip(task.containers, pulls, strict=True):
            container.pulled = pulled
        self._next(task, max(pulled.seconds for pulled in pulls), self._activate)

    def _open_logs(self, task: Task) -> None:
        try:
            self.surroundings.open_logs(task)
        except StartFailed:  # the pull shows as begun and over, without an image [NAT:task_log_startup]
            task.pull_stopped_at = self.clock.timestamp() + EMPTY_PULL
            raise

    def _activate(self, task: Task) -> None:
        task.pull_stopped_at = self.clock.timestamp()
        for container in task.containers:
            assert container.pulled is not None, "pulled before"
            container.image_digest = container.pulled.digest
        self._move(task, "images_pulled")
        self._next(task, self._takes("started", task), self._start_ready)

    def _start_ready(self, task: Task) -> None:
        """Start every container whose dependencies are met; the task is RUNNING when all have started."""
        waiting = [container for container in task.containers if container.last_status == "PENDING"]
        ready = [container for container in waiting if dependencies.are_met(task, container)]
        for container in ready:
            self._start(task, container)
        if len(ready) == len(waiting):
            task.started_at = self.clock.timestamp()
            self._move(task, "containers_started")
        elif ready:
            self._start_ready(task)
        elif any(dependencies.hopeless(task, container) for container in waiting):
            self.stop(task, FAILED_TO_START, dependencies.UNRESOLVED)

    def _start(self, task: Task, container: Container) -> None:
        runtime_id, container.program = self.surroundings.start(task, container, self._ended)
        container.runtime_id = container.runtime_id or runtime_id
        container.last_status, container.started = "RUNNING", self.clock.now
        task.changed(told=False)
        self._checks.begin(task, container)
        managed_agent.begin(self.clock, task, container)
        if container.start_timeout and any(container.name in each.depends_on for each in task.containers):
            self.clock.after(container.start_timeout, lambda: self._time_out(task, container))

    def _time_out(self, task: Task, dependency: Container) -> None:
        if task.last_status == "ACTIVATING" and dependencies.timed_out(task, dependency):
            self.stop(task, FAILED_TO_START, dependencies.UNRESOLVED)

    def _health_changed(self, task: Task, _container: Container) -> None:
        task.changed(told=False)
        self.surroundings.moved(task, task.last_status)
        if task.last_status == "ACTIVATING" and not task.stopping:
            self._start_ready(task)

    # failing

    def _fail_later(self, task: Task, failure: StartFailed) -> None:
        after = failure.after if isinstance(failure.after, float) else self._takes(failure.after, task)
        self._next(task, after, lambda task: self._fail(task, failure.reason))

    def _fail(self, task: Task, reason: str) -> None:
        self._decide_stop(task, FAILED_TO_START, reason)
        task.stopping_at = self.clock.timestamp()
        self._deprovision(task, "start_failed")

    # going down

    def _decide_stop(self, task: Task, code: str, reason: str) -> None:
        task.desired_status, task.stop_code, task.stopped_reason = "STOPPED", code, reason

    def _tell_stop(self, task: Task) -> None:
        task.stopping_at = self.clock.timestamp()
        task.changed()

    def _leave(self, task: Task) -> None:
        if task.stopping_at is None:
            self._tell_stop(task)
        if task.last_status in ("PROVISIONING", "PENDING"):
            self._deprovision(task, "stop_requested")
            return
        if any(container.running for container in task.containers) and not self.surroundings.reachable(task):
            task.unreached = True
            return
        exited = task.last_status == "RUNNING" and task.stop_code == EXITED
        self._move(task, "essential_exited" if exited else "stop_requested")
        drained, longest = self.surroundings.leaving(task), max(each.stop_timeout for each in task.containers)
        self._next(task, min(drained, max(self._left(task) - longest, 0.0)), self._terminate)

    def _left(self, task: Task) -> float:
        """Seconds until Fargate Spot takes its machine away; without end for a task that has one."""
        if task.stop_code != SPOT_INTERRUPTION or self._behaviour < SPOT_ENDS_SINCE:
            return inf
        assert task.stopping_at is not None, "it has been told"
        return max(task.stopping_at + SPOT_WARNING - self.clock.timestamp(), 0.0)

    def _terminate(self, task: Task) -> None:
        self._move(task, "targets_deregistered")
        self._signal_ready(task)

    def _signal_ready(self, task: Task) -> None:
        """Ask those to end that nobody running depends on; when none is left, the task is torn down."""
        running = [container for container in task.containers if container.running]
        needed = {name for container in running for name in container.depends_on}
        for container in running:
            if container.name not in needed and container.kill is None and container.running:
                self._terminate_container(task, container)
        if task.last_status == "STOPPING" and not any(container.running for container in task.containers):
            self._deprovision(task, "containers_exited")

    def _terminate_container(self, task: Task, container: Container) -> None:
        program = container.program
        assert program is not None, "a running container has a program"
        if container.watch:
            container.watch.stop()
        patience = min(container.stop_timeout, self._left(task))
        container.kill = self.clock.after(patience, lambda: program.signal("KILL"))
        program.signal("TERM")

    def _exited(self, task: Task, container: Container, code: int, reason: str | None) -> None:
        if container.kill:
            container.kill.cancel()
        if container.watch:
            container.watch.stop()
        managed_agent.end(container)
        if not task.stopping and restarts(container.definition, code, self.clock.now - container.started):
            container.restarts += 1
            self._start(task, container)
            return
        container.last_status, container.exit_code, container.reason = "STOPPED", code, reason
        container.program = container.pulled = None
        if not any(each.running for each in task.containers):
            task.execution_stopped_at = self.clock.timestamp()
        task.changed(told=False)
        if task.last_status == "STOPPING":
            self._signal_ready(task)
        elif container.essential:
            self.stop(task, EXITED, CONTAINER_EXITED)
        elif task.last_status == "ACTIVATING" and not task.stopping:
            self._start_ready(task)

    def _deprovision(self, task: Task, event: str) -> None:
        if task.execution_stopped_at is None or task.started_at is None:
            task.execution_stopped_at = self.clock.timestamp()
        for container in task.containers:
            container.last_status, container.pulled = "STOPPED", None
        if task.attachment.interface and not task.attachment.shared:
            task.attachment.move("task_stopped")
        self._move(task, event)
        self._next(task, self._takes("deprovisioned", task), self._finish)

    def _finish(self, task: Task) -> None:
        if task.attachment.interface:
            self.surroundings.release_eni(task)
        if not task.attachment.shared:
            task.attachment.move("released" if task.attachment.interface else "task_stopped")
        task.next_phase = None
        task.stopped_at = self.clock.timestamp()
        task.gone_at = self.clock.now + KEPT
        self._move(task, "network_released")


def _noticed(task: Task) -> str:
    """The step in which ECS notices that a task is to end."""
    if task.stop_code == EXITED:
        return "exit_noticed"
    early = {"PROVISIONING": "first_stop_noticed", "PENDING": "early_stop_noticed"}
    return early.get(task.last_status, "stop_noticed")
