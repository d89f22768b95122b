"""A client's query window, where it is about the client's present, laid on the world's present.

The API shows the world's time, which is ahead of a client's clock (faster) or behind it (paused, idle). A
client that asks for the last ten minutes reckons them from its own clock. The honesty page says the rule
and its limits ("The last ten minutes").
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

NEAR: Final = 5.0
"""Seconds between a client's reading its clock and the call it makes with it."""


class Window(NamedTuple):
    """Both ends of what a client asks for, in epoch seconds; None where it leaves an end open."""

    start: float | None
    end: float | None

    def moved(self, seconds: float) -> "Window":
        """The window, moved as a whole; nothing begins before 1970."""
        return Window(*(None if moment is None else max(0.0, moment + seconds) for moment in self))


@dataclass(frozen=True, slots=True)
class Presents:
    """What time it is, in epoch seconds.

    Attributes:
        began: the world's first moment, as the API shows it.
        world: the world's present, as the API shows it.
        client: the present of clients outside.
    """

    began: float
    world: float
    client: float

    def shift(self, window: Window, near: float = NEAR) -> float:
        """Seconds to move a window by, both its ends: from the client's present to the world's, or 0.

        It is about the client's present if it ends within `near` seconds of it. If it is open, or ends after
        both presents, its start decides: a moment before the world began, or one between the world's present
        and the client's, can only be reckoned from the client's clock. Any other time came out of the API.
        """
        start, end = window
        if start is not None and end is not None and start > end:
            return 0.0
        if end is not None and end <= max(self.world, self.client) + near:
            about_now = abs(end - self.client) <= near
        else:
            about_now = start is not None and not self.began <= start <= self.world
            about_now = about_now and start is not None and start <= self.client + near
        return self.world - self.client if about_now else 0.0
