"""Runs the health checks of containers on the clock, and tells when a container's health changes."""

from collections.abc import Callable, Sequence
from typing import Final

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health import (
    HEALTHY,
    UNHEALTHY,
    UNKNOWN,
    Command,
    HealthCheck,
    Watch,
    judged,
)
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Again, Clock, Leaves

PLANNED: Final = 2
"""Events that a check plans: that it takes too long, and the next one."""


class Checks:
    """Any number of containers under watch.

    Args:
        changed: called after a container's health has become another.
    """

    def __init__(self, clock: Clock, changed: Callable[[Task, Container], None]):
        self._clock, self._changed = clock, changed

    def begin(self, task: Task, container: Container) -> None:
        """Watch a container that has just started, if its definition says how."""
        check = HealthCheck.of(container.definition)
        if check is None:
            return
        watch = container.watch = Watch(check)
        self._plan(task, container, watch)
        self._set(task, container, watch, UNKNOWN)

    def _plan(self, task: Task, container: Container, watch: Watch, leaves: Leaves | None = None) -> None:
        def check() -> bool:
            return self._check(task, container, watch)

        interval = watch.check.interval
        if leaves is None:
            watch.next = self._clock.after(interval, check)
        elif leaves.again is None:
            watch.next = self._clock.check(interval, check, reminder=False)
        else:
            again, holds = _counted(watch, leaves.again), leaves.holds
            watch.next = self._clock.every(interval, check, again, lambda _: holds(), PLANNED)

    def _check(self, task: Task, container: Container, watch: Watch) -> bool:
        codes: list[int] = []

        def ended(code: int) -> None:
            codes.append(code)
            if watch.command:  # later on
                watch.stop()
                self._judge(task, container, watch, code == 0)

        def timed_out() -> None:
            watch.stop()
            self._judge(task, container, watch, False)

        program, before = container.program, container.health_status
        assert program is not None, "only a running container is under watch"
        watch.next, watch.command = self._clock.after(watch.check.timeout, timed_out), None
        command = program.execute(watch.check.argv, ended)
        if codes:
            watch.stop()
            self._judge(task, container, watch, codes[0] == 0, command)
        else:
            watch.command = command
        return container.program is not program or container.health_status != before

    def _judge(
        self, task: Task, container: Container, watch: Watch, passed: bool, command: Command | None = None
    ) -> None:
        """Take a result into account, and plan the next check.

        Args:
            command: what gave it, if it ended at once.
        """
        if container.watch is not watch or not container.running:
            return  # the check itself brought the container down
        before, age = container.health_status, self._clock.now - container.started
        status, watch.failures = judged(watch, before, passed, age)
        settled = status == before == (HEALTHY if passed else UNHEALTHY)
        known = command.repeats(watch.check.interval) if settled and command else None
        self._plan(task, container, watch, known)
        self._set(task, container, watch, status)

    def _set(self, task: Task, container: Container, watch: Watch, status: str) -> None:
        if status != container.health_status:
            container.health_status, watch.since = status, self._clock.timestamp()
            delay = self._clock.durations.of("health_told", task.id)
            self._clock.after(delay, lambda: self._tell(task, container), aside=True)
            self._changed(task, container)

    @staticmethod
    def _tell(task: Task, container: Container) -> None:
        container.health_told = container.health_status
        task.changed(told=False)


def _counted(watch: Watch, leaves: Again) -> Again:
    """What a check leaves, with its failures counted."""
    failures = min(watch.failures, 1)

    def again(moments: Sequence[float]) -> None:
        watch.failures += failures * len(moments)
        leaves(moments)

    return again
