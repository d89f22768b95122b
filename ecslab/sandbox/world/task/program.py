"""What runs in a container, as a task sees it."""

from collections.abc import Callable
from typing import Protocol


class Command(Protocol):
    """A command at work in a container."""

    def cancel(self) -> None:
        """End it without a word; without effect once it has ended."""


class Program(Protocol):
    """What runs in a container."""

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> Command:
        """Run a command beside the program; `done` gets its exit code, once, maybe before this answers."""

    def signal(self, name: str) -> None:
        """Send `TERM` or `KILL`."""
