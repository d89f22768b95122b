"""Walks a task through its lifecycle on the clock: who does what, when, and what follows if it fails.

The driver knows the order and the durations. What a phase consists of (an interface, a pull, a program) is
its surroundings' part, which answers at once or raises StartFailed; nothing here waits.
"""

from typing import Final

from ecslab.sandbox.world.behaviour import LATEST
from ecslab.sandbox.world.task import managed_agent
from ecslab.sandbox.world.task.container import Container, restarts
from ecslab.sandbox.world.task.phases import Phases
from ecslab.sandbox.world.task.shutdown import EXITED, Shutdown
from ecslab.sandbox.world.task.startup import Startup
from ecslab.sandbox.world.task.surroundings import Surroundings
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock

CONTAINER_EXITED: Final = "Essential container in task exited"


class Driver:
    """Drives any number of tasks; all it knows of one is in the task itself."""

    def __init__(self, clock: Clock, surroundings: Surroundings, behaviour: int = LATEST):
        self.clock = clock
        phases = Phases(clock, surroundings)
        self._shutdown = Shutdown(phases, behaviour)
        self._startup = Startup(phases, self._shutdown, self._exited)

    def launch(self, task: Task) -> None:
        """Begin with a task that is PROVISIONING; one that waits for an instance stays so until `place`."""
        self._startup.launch(task)

    def place(self, task: Task) -> None:
        """Go on with a task that has waited, and has an instance now."""
        self._startup.place(task)

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends. Its first decision stands; a later one changes nothing."""
        self._shutdown.stop(task, code, reason)

    def reached(self, task: Task) -> None:
        """Whoever runs the task's containers can be told again what was decided meanwhile."""
        self._shutdown.reached(task)

    def lose(self, task: Task, code: str, reason: str) -> None:
        """Decide that the task ends, and let what runs in it be gone at once, without SIGTERM."""
        self._shutdown.lose(task, code, reason)

    def _exited(self, task: Task, container: Container, code: int, reason: str | None) -> None:
        if container.kill:
            container.kill.cancel()
        if container.watch:
            container.watch.stop()
        managed_agent.end(container)
        if not task.stopping and restarts(container.definition, code, self.clock.now - container.started):
            container.restarts += 1
            self._startup.start(task, container)
            return
        container.last_status, container.exit_code, container.reason = "STOPPED", code, reason
        container.program = container.pulled = None
        if not any(each.running for each in task.containers):
            task.execution_stopped_at = self.clock.timestamp()
        task.changed(told=False)
        if task.last_status == "STOPPING":
            self._shutdown.signal_ready(task)
        elif container.essential:
            self._shutdown.stop(task, EXITED, CONTAINER_EXITED)
        elif task.last_status == "ACTIVATING" and not task.stopping:
            self._startup.start_ready(task)
