"""Waiting, the one way: on AWS look and sleep, in the sandbox let its time pass."""

from collections.abc import Callable
from typing import TypeVar

from ecslab.connection.place import Place
from ecslab.display.progress_line import Progress
from ecslab.errors import StillWaiting

T = TypeVar("T")
_SLOWEST = 10.0  # seconds between two looks on AWS, which asks clients to back off


def wait(place: Place, until: Callable[[], T | None], what: str, limit: float, every: float) -> T:
    """Look until there is something to see.

    Args:
        place: whose time passes.
        until: called again and again; what it returns, once truthy, is returned.
        what: what is awaited, as a phrase that follows "waiting for".
        limit: seconds at most, on `place`'s clock.
        every: wall seconds between two looks at first; on AWS they grow by half, up to 10.

    Raises:
        StillWaiting: the limit was reached.
    """
    waited = 0.0
    with Progress(what, shown=not place.stepped) as progress:
        while not (found := until()):
            if waited >= limit:
                raise StillWaiting(what, waited)
            waited += place.pass_time(every, limit - waited)
            progress.tick()
            if place.where == "aws":
                every = min(every * 1.5, _SLOWEST)
    return found
