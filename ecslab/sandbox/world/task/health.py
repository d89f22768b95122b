"""What runs in a container, and its health checks: when they run, and what a result makes of a container.

Source: API_HealthCheck. The first check runs one interval after the start, as in Docker, and the next one
interval after the one before has ended. Only the task definition's check counts; the image's own is ignored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ecslab.sandbox.world.time.clock import Event, Leaves

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

HEALTHY: Final = "HEALTHY"
UNHEALTHY: Final = "UNHEALTHY"
UNKNOWN: Final = "UNKNOWN"


class Command(Protocol):
    """A command at work in a container."""

    def cancel(self) -> None:
        """End it without a word; without effect once it has ended."""

    def repeats(self, period: float) -> Leaves | None:
        """What the same command leaves each `period` seconds, if nothing else happens; None if that is not
        known. Asked just after it ended."""


class Program(Protocol):
    """What runs in a container."""

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> Command:
        """Run a command beside the program; `done` gets its exit code, once, maybe before this answers."""

    def signal(self, name: str) -> None:
        """Send `TERM` or `KILL`."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A container definition's `healthCheck`.

    Args:
        argv: the command, with the shell that `CMD-SHELL` stands for.
        interval: seconds between checks (5-300).
        timeout: seconds after which a check has failed (2-60).
        retries: failures in a row that make the container unhealthy (1-10).
        start_period: seconds after the start in which failures do not count (0-300).
    """

    argv: tuple[str, ...]
    interval: float = 30.0
    timeout: float = 5.0
    retries: int = 3
    start_period: float = 0.0

    @staticmethod
    def of(definition: "ContainerDefinitionOutputTypeDef") -> "HealthCheck | None":
        """The check of a container definition; None if it has none.

        `["NONE"]` says so too. A command that begins with another word is accepted and never run: Docker
        knows no such kind of check, says so in its log, and leaves it (U: that Fargate does the same).
        """
        given = definition.get("healthCheck")
        if not given or given["command"][0] not in ("CMD", "CMD-SHELL"):
            return None
        kind, *words = given["command"]
        return HealthCheck(
            ("/bin/sh", "-c", " ".join(words)) if kind == "CMD-SHELL" else tuple(words),
            float(given.get("interval") or 30),
            float(given.get("timeout") or 5),
            int(given.get("retries") or 3),
            float(given.get("startPeriod") or 0),
        )


@dataclass(slots=True, eq=False)
class Watch:
    """A container under watch: its check, the failures in a row, what is planned, and what runs.

    `since` is the epoch second at which its health became what it is.
    """

    check: HealthCheck
    failures: int = 0
    next: Event | None = None
    command: Command | None = None
    since: float | None = None

    def stop(self) -> None:
        """Plan nothing more, and end a check that runs."""
        if self.next:
            self.next.cancel()
        if self.command:
            self.command.cancel()
        self.next = self.command = None


def judged(watch: Watch, status: str, passed: bool, age: float) -> tuple[str, int]:
    """Status and failures in a row after one more result.

    Args:
        status: the container's health before.
        age: seconds since the container started.
    """
    if passed:
        return HEALTHY, 0
    if status == UNKNOWN and age < watch.check.start_period:
        return UNKNOWN, 0
    failures = watch.failures + 1
    return (UNHEALTHY if failures >= watch.check.retries else status), failures


def of_task(essential: set[str]) -> str:
    """A task's health from that of its essential containers that have a check: the worst, UNKNOWN before
    HEALTHY; UNKNOWN if there is none.
    """
    return next((status for status in (UNHEALTHY, UNKNOWN, HEALTHY) if status in essential), UNKNOWN)
