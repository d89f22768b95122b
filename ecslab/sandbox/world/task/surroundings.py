"""What a task needs of the rest of the account: an interface, a pull, a program."""

from collections.abc import Callable
from typing import Protocol

from ecslab.sandbox.world.task.attachment import Interface
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.health import Program
from ecslab.sandbox.world.task.task import Task


class StartFailed(Exception):
    """A task cannot start.

    Args:
        reason: what becomes the task's `stoppedReason`, letter by letter.
        after: when ECS gives up and says so: at the end of a step of `durations.toml`, or after seconds.
    """

    def __init__(self, reason: str, after: str | float = "refused"):
        super().__init__(reason)
        self.reason, self.after = reason, after


Exited = Callable[[Task, Container, int, str | None], None]
"""Told that a container has ended, with its exit code and reason."""


class Surroundings(Protocol):
    """What a task needs of the rest of the account. Each may raise StartFailed, except where it says not."""

    def attach_eni(self, task: Task) -> Interface: ...

    def release_eni(self, task: Task) -> None:
        """Give the interface back; never fails."""

    def prepare(self, task: Task) -> None:
        """What comes before the pull: the registry's authorization, and values from elsewhere."""

    def open_logs(self, task: Task) -> None:
        """Make the log streams."""

    def pull(self, task: Task, container: Container) -> Pulled: ...

    def start(self, task: Task, container: Container, exited: Exited) -> tuple[str, Program]:
        """Start the container and answer its runtime id and program; never fails. `exited` is called once,
        never before this has answered.
        """

    def reachable(self, task: Task) -> bool:
        """Whether whoever runs the task's containers can be told to stop them now. Never fails."""

    def leaving(self, task: Task) -> float:
        """Take the task out of whatever sends it traffic; seconds until it is out. Never fails."""

    def moved(self, task: Task, before: str | None) -> None:
        """Learn that the task's status is no longer `before` (None: the task is new); never fails.

        Where the status still is `before`, a container's health has changed.
        """
