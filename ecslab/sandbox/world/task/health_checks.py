"""Runs the health checks of containers on the clock, and tells when a container's health changes."""

from collections.abc import Callable

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health import UNKNOWN, HealthCheck, Watch, judged
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock


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

    def _plan(self, task: Task, container: Container, watch: Watch) -> None:
        watch.next = self._clock.after(watch.check.interval, lambda: self._check(task, container, watch))

    def _check(self, task: Task, container: Container, watch: Watch) -> bool:
        def finished(passed: bool) -> None:
            watch.stop()
            self._judge(task, container, watch, passed)

        program, before = container.program, container.health_status
        assert program is not None, "only a running container is under watch"
        watch.next = self._clock.after(watch.check.timeout, lambda: finished(False))
        command = program.execute(watch.check.argv, lambda code: finished(code == 0))
        watch.command = command
        return container.program is not program or container.health_status != before

    def _judge(self, task: Task, container: Container, watch: Watch, passed: bool) -> None:
        if container.watch is not watch or not container.running:
            return  # the check itself brought the container down
        age = self._clock.now - container.started
        status, watch.failures = judged(watch, container.health_status, passed, age)
        self._plan(task, container, watch)
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
