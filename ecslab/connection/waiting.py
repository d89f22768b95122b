"""Waiting, the one way: on AWS look and sleep, in the sandbox let its time pass."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from ecslab.display.progress_line import Progress
from ecslab.errors import StillWaiting

T = TypeVar("T")
_NOTHING = 1e-3
"""Seconds: what is left of a limit by rounding alone is less, and a clock cannot move so little."""
_SLOWEST = 10.0  # seconds between two looks on AWS, which asks clients to back off


class Clock(Protocol):
    """What a wait needs to know of a lab."""

    where: str

    @property
    def stepped(self) -> bool:
        """Whether time passes only when someone waits for it."""

    def pass_time(self, seconds: float, most: float) -> float:
        """Let time pass, and say how much did; see `Place.pass_time`."""


def wait(clock: Clock, until: Callable[[], T | None], what: str, limit: float, every: float) -> T:
    """Look until there is something to see.

    Args:
        clock: whose time passes.
        until: called again and again; what it returns, once truthy, is returned.
        what: what is awaited, as a phrase that follows "waiting for".
        limit: seconds at most, on that clock.
        every: wall seconds between two looks at first; on AWS they grow by half, up to 10.

    Raises:
        StillWaiting: the limit was reached.
    """
    waited = 0.0
    with Progress(what, shown=not clock.stepped) as progress:
        while not (result := until()):
            if waited >= limit - _NOTHING:
                raise StillWaiting(what, waited)
            waited += clock.pass_time(every, limit - waited)
            progress.tick()
            if clock.where == "aws":
                every = min(every * 1.5, _SLOWEST)
    return result
