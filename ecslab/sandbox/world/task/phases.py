"""One phase of a task after another, on the clock: at most one is to come, and each move is told."""

from collections.abc import Callable

from ecslab.sandbox.world.task.surroundings import Surroundings
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock


class Phases:
    """The phases of any number of tasks; what is to come of one is in the task itself."""

    def __init__(self, clock: Clock, surroundings: Surroundings):
        self.clock, self.surroundings = clock, surroundings

    def next(self, task: Task, delay: float, phase: Callable[[Task], None]) -> None:
        """Let a phase follow after `delay` seconds, in place of the one that was to come."""
        if task.next_phase:
            task.next_phase.cancel()
        task.next_phase = self.clock.after(delay, lambda: self._begin(task, phase))

    @staticmethod
    def _begin(task: Task, phase: Callable[[Task], None]) -> None:
        task.next_phase = None
        phase(task)

    def takes(self, step: str, task: Task) -> float:
        """Seconds from the beginning to a step of `durations.toml`, or those that it lasts."""
        return self.clock.durations.of(step, task.id)

    def move(self, task: Task, event: str) -> None:
        """Move the task in its lifecycle, and tell its surroundings."""
        before = task.last_status
        task.move(event)
        self.surroundings.moved(task, before)
