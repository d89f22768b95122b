"""How a task goes down: why it ends, when ECS notices, and in which order its containers are ended."""

from math import inf
from typing import Final

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.phases import Phases
from ecslab.sandbox.world.task.task import Task

EXITED: Final = "EssentialContainerExited"
"""The stop code of a task whose container ended by itself: ECS notices it some time after
`executionStoppedAt` [NAT:task_log_startup]."""
SPOT_INTERRUPTION: Final = "SpotInterruption"
SPOT_WARNING: Final = 120.0
"""Seconds from the warning to the end of a task that Fargate Spot takes back.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"""
SPOT_ENDS_SINCE: Final = 7
"""The behaviour from which on it does end then, whatever its load balancer and containers still wait for."""
KEPT: Final = 3600.0
"""Seconds for which a stopped task stays visible (API DescribeTasks: at least an hour)."""


class Shutdown:
    """Ends tasks; `behaviour` is that of the sandbox (`world.behaviour`)."""

    def __init__(self, phases: Phases, behaviour: int):
        self._phases, self._behaviour = phases, behaviour
        self._clock, self._surroundings = phases.clock, phases.surroundings

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends. Its first decision stands; a later one changes nothing."""
        if task.stopping:
            return
        self.decide_stop(task, code, reason)
        if code != EXITED:
            self._tell_stop(task)
        self._phases.next(task, self._phases.takes(_noticed(task), task), self._leave)

    def reached(self, task: Task) -> None:
        """Whoever runs the task's containers can be told again what was decided meanwhile."""
        if task.unreached:
            task.unreached = False
            self._phases.next(task, self._phases.takes(_noticed(task), task), self._leave)

    def lose(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends, and let what runs in it be gone at once, without SIGTERM."""
        self.stop(task, code, reason)
        for container in task.containers:
            if container.program:
                container.program.signal("KILL")
        self.reached(task)

    def decide_stop(self, task: Task, code: str, reason: str) -> None:
        """Note why the task ends."""
        task.desired_status, task.stop_code, task.stopped_reason = "STOPPED", code, reason

    def _tell_stop(self, task: Task) -> None:
        task.stopping_at = self._clock.timestamp()
        task.changed()

    def _leave(self, task: Task) -> None:
        if task.stopping_at is None:
            self._tell_stop(task)
        if task.last_status in ("PROVISIONING", "PENDING"):
            self.deprovision(task, "stop_requested")
            return
        if any(container.running for container in task.containers) and not self._surroundings.reachable(task):
            task.unreached = True
            return
        exited = task.last_status == "RUNNING" and task.stop_code == EXITED
        self._phases.move(task, "essential_exited" if exited else "stop_requested")
        drained = self._surroundings.leaving(task)
        longest = max(container.stop_timeout for container in task.containers)
        self._phases.next(task, min(drained, max(self._left(task) - longest, 0.0)), self._terminate)

    def _left(self, task: Task) -> float:
        """Seconds until Fargate Spot takes its machine away; without end for a task that has one."""
        if task.stop_code != SPOT_INTERRUPTION or self._behaviour < SPOT_ENDS_SINCE:
            return inf
        assert task.stopping_at is not None, "it has been told"
        return max(task.stopping_at + SPOT_WARNING - self._clock.timestamp(), 0.0)

    def _terminate(self, task: Task) -> None:
        self._phases.move(task, "targets_deregistered")
        self.signal_ready(task)

    def signal_ready(self, task: Task) -> None:
        """Ask those to end that nobody running depends on; when none is left, the task is torn down."""
        running = [container for container in task.containers if container.running]
        needed = {name for container in running for name in container.depends_on}
        for container in running:
            if container.name not in needed and container.kill is None and container.running:
                self._terminate_container(task, container)
        if task.last_status == "STOPPING" and not any(container.running for container in task.containers):
            self.deprovision(task, "containers_exited")

    def _terminate_container(self, task: Task, container: Container) -> None:
        program = container.program
        assert program is not None, "a running container has a program"
        if container.watch:
            container.watch.stop()
        patience = min(container.stop_timeout, self._left(task))
        container.kill = self._clock.after(patience, lambda: program.signal("KILL"))
        program.signal("TERM")

    def deprovision(self, task: Task, event: str) -> None:
        """Give back what it has, now that nothing in it runs."""
        if task.execution_stopped_at is None or task.started_at is None:
            task.execution_stopped_at = self._clock.timestamp()
        for container in task.containers:
            container.last_status, container.pulled = "STOPPED", None
        if task.attachment.interface and not task.attachment.shared:
            task.attachment.move("task_stopped")
        self._phases.move(task, event)
        self._phases.next(task, self._phases.takes("deprovisioned", task), self._finish)

    def _finish(self, task: Task) -> None:
        if task.attachment.interface:
            self._surroundings.release_eni(task)
        if not task.attachment.shared:
            task.attachment.move("released" if task.attachment.interface else "task_stopped")
        task.next_phase = None
        task.stopped_at = self._clock.timestamp()
        task.gone_at = self._clock.now + KEPT
        self._phases.move(task, "network_released")


def _noticed(task: Task) -> str:
    """The step in which ECS notices that a task is to end."""
    if task.stop_code == EXITED:
        return "exit_noticed"
    early = {"PROVISIONING": "first_stop_noticed", "PENDING": "early_stop_noticed"}
    return early.get(task.last_status, "stop_noticed")
