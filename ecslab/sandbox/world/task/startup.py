"""How a task comes up: interface, images, logs and containers, and what follows if one of them fails."""

from typing import Final

from ecslab.sandbox.world.task import dependencies, managed_agent
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health_checks import Checks
from ecslab.sandbox.world.task.phases import Phases
from ecslab.sandbox.world.task.shutdown import Shutdown
from ecslab.sandbox.world.task.surroundings import Exited, StartFailed
from ecslab.sandbox.world.task.task import Task

FAILED_TO_START: Final = "TaskFailedToStart"
EMPTY_PULL: Final = 0.01
"""`pullStartedAt` to `pullStoppedAt` of a task whose log cannot be opened: 6-25 ms [NAT:task_log_startup]."""


class Startup:
    """Brings tasks up; `exited` is told of each container that ends."""

    def __init__(self, phases: Phases, shutdown: Shutdown, exited: Exited):
        self._phases, self._shutdown, self._exited = phases, shutdown, exited
        self._clock, self._surroundings = phases.clock, phases.surroundings
        self._checks = Checks(self._clock, self._health_changed)

    def launch(self, task: Task) -> None:
        """Begin with a task that is PROVISIONING; one that waits for an instance stays so until `place`."""
        task.created_at = self._clock.timestamp()
        self._surroundings.moved(task, None)
        if not task.waiting:
            self._begin_network(task)

    def place(self, task: Task) -> None:
        """Go on with a task that has waited, and has an instance now."""
        task.waiting = False
        task.changed()
        self._begin_network(task)

    def _begin_network(self, task: Task) -> None:
        if task.attachment.shared:  # nothing to attach: the first status is PENDING (AWS CLI, run-task)
            self._phases.move(task, "network_ready")
            self._phases.next(task, self._phases.takes("agent_accepted", task), self._join)
        else:
            self._phases.next(task, self._phases.takes("eni_created", task), self._attach)

    def _attach(self, task: Task) -> None:
        try:
            task.attachment.interface = self._surroundings.attach_eni(task)
        except StartFailed as failure:
            task.attachment.move("creation_failed")
            self._fail_later(task, failure)
        else:
            task.attachment.move("created")
            left = self._phases.takes("connected", task) - self._phases.takes("eni_created", task)
            self._phases.next(task, left, self._connect)
        task.changed(told=False)

    def _join(self, task: Task) -> None:
        """Take ports on the container instance's own interface."""
        try:
            task.attachment.interface = self._surroundings.attach_eni(task)
        except StartFailed as failure:
            self._fail_later(task, failure)
            return
        task.connectivity, task.connectivity_at = "CONNECTED", self._clock.timestamp()
        self._prepare(task)

    def _connect(self, task: Task) -> None:
        task.attachment.move("connected")
        task.connectivity, task.connectivity_at = "CONNECTED", self._clock.timestamp()
        task.changed(told=False)
        left = self._phases.takes("pull_started", task) - self._phases.takes("connected", task)
        self._phases.next(task, left, self._pull)

    def _pull(self, task: Task) -> None:
        self._phases.move(task, "network_ready")
        self._prepare(task)

    def _prepare(self, task: Task) -> None:
        try:
            self._surroundings.prepare(task)
            task.pull_started_at = self._clock.timestamp()
            self._open_logs(task)
            pulls = [self._surroundings.pull(task, container) for container in task.containers]
        except StartFailed as failure:
            self._fail_later(task, failure)
            return
        for container, pulled in zip(task.containers, pulls, strict=True):
            container.pulled = pulled
        self._phases.next(task, max(pulled.seconds for pulled in pulls), self._activate)

    def _open_logs(self, task: Task) -> None:
        try:
            self._surroundings.open_logs(task)
        except StartFailed:  # the pull shows as begun and over, without an image [NAT:task_log_startup]
            task.pull_stopped_at = self._clock.timestamp() + EMPTY_PULL
            raise

    def _activate(self, task: Task) -> None:
        task.pull_stopped_at = self._clock.timestamp()
        for container in task.containers:
            assert container.pulled is not None, "pulled before"
            container.image_digest = container.pulled.digest
        self._phases.move(task, "images_pulled")
        self._phases.next(task, self._phases.takes("started", task), self.start_ready)

    def start_ready(self, task: Task) -> None:
        """Start every container whose dependencies are met; the task is RUNNING when all have started."""
        waiting = [container for container in task.containers if container.last_status == "PENDING"]
        ready = [container for container in waiting if dependencies.are_met(task, container)]
        for container in ready:
            self.start(task, container)
        if len(ready) == len(waiting):
            task.started_at = self._clock.timestamp()
            self._phases.move(task, "containers_started")
        elif ready:
            self.start_ready(task)
        elif any(dependencies.hopeless(task, container) for container in waiting):
            self._shutdown.stop(task, FAILED_TO_START, dependencies.UNRESOLVED)

    def start(self, task: Task, container: Container) -> None:
        """Start a container, for the first time or again."""
        runtime_id, container.program = self._surroundings.start(task, container, self._exited)
        container.runtime_id = container.runtime_id or runtime_id
        container.last_status, container.started = "RUNNING", self._clock.now
        task.changed(told=False)
        self._checks.begin(task, container)
        managed_agent.begin(self._clock, task, container)
        if container.start_timeout and any(container.name in each.depends_on for each in task.containers):
            self._clock.after(container.start_timeout, lambda: self._time_out(task, container))

    def _time_out(self, task: Task, dependency: Container) -> None:
        if task.last_status == "ACTIVATING" and dependencies.timed_out(task, dependency):
            self._shutdown.stop(task, FAILED_TO_START, dependencies.UNRESOLVED)

    def _health_changed(self, task: Task, _container: Container) -> None:
        task.changed(told=False)
        self._surroundings.moved(task, task.last_status)
        if task.last_status == "ACTIVATING" and not task.stopping:
            self.start_ready(task)

    def _fail_later(self, task: Task, failure: StartFailed) -> None:
        after = failure.after if isinstance(failure.after, float) else self._phases.takes(failure.after, task)
        self._phases.next(task, after, lambda task: self._fail(task, failure.reason))

    def _fail(self, task: Task, reason: str) -> None:
        self._shutdown.decide_stop(task, FAILED_TO_START, reason)
        task.stopping_at = self._clock.timestamp()
        self._shutdown.deprovision(task, "start_failed")
