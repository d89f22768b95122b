"""Waiting, the one way: on AWS look and sleep, in the sandbox let its time pass.

A long wait goes faster by itself, says so, and can be skipped: what is left of it passes from one change to
the next, so nobody sees another duration than without. Interrupted, it leaves nothing behind.
"""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from ecslab.display.aws_time import passed
from ecslab.display.progress_line import Progress
from ecslab.errors import StillWaiting

if TYPE_CHECKING:
    from ecslab.connection.connection import Connection

T = TypeVar("T")
_NOTHING = 1e-3
"""Seconds: what is left of a limit by rounding alone is less, and a clock cannot move so little."""
_SLOWEST = 10.0  # seconds between two looks on AWS, which asks clients to back off
FASTER: Final = ((8.0, 10.0), (4.0, 3.0))
"""Wall seconds after which a wait goes so many times faster than time does by itself."""


class Wait:
    """Time that passes while something is awaited, with a line that says how much and how fast.

    Args:
        lab: whose time passes.
        what: what is awaited, as a phrase that follows "waiting for".
    """

    def __init__(self, lab: "Connection", what: str):
        self._lab, self._what, self._shown = lab, what, not lab.stepped
        self._skipped = threading.Event()  # a button is pressed on another thread
        skip = self._skipped.set if self._shown and lab.where == "sandbox" else None
        self._line = Progress(what, shown=self._shown, skip=skip)
        self.waited = 0.0
        self._patience, self._owed, self._times = 0.0, 0.0, 1.0
        self._hurries = False  # not while a first task is watched, or at a speed that somebody chose

    def __enter__(self) -> Self:
        self._line.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._lab.place.hurry(1.0)
        self._line.__exit__(kind, error, trace)

    def let_pass(self, seconds: float, most: float) -> float:
        """Let time pass as `Place.pass_time` does, or faster in a wait that is long or skipped."""
        if self._skipped.is_set():
            moved = self._lab.jump(most)
        elif self._owed > 0:
            moved = self._lab.jump(min(self._owed, most))
            self._owed -= max(moved, _NOTHING)
        else:
            moved = self._lab.pass_time(seconds, most)
            self._owed = moved * (self._times - 1)
            self._patience = self._patience + seconds if self._hurries else 0.0
        self.waited += moved
        if self._shown:
            self._say()
        return moved

    def _say(self) -> None:
        self._times = next((times for after, times in FASTER if self._patience >= after), 1.0)
        self._lab.place.hurry(self._times)
        time = self._lab.aws_time()
        self._hurries = time.hurries
        why = ", as it is long" if self._times > 1 else ""
        self._line.tick(f"waiting for {self._what} … {passed(self.waited, time.speed)}{why}")


def wait(lab: "Connection", until: Callable[[], T | None], what: str, limit: float, every: float) -> T:
    """Look until there is something to see.

    Args:
        lab: whose time passes.
        until: called again and again; what it returns, once truthy, is returned.
        what: what is awaited, as a phrase that follows "waiting for".
        limit: seconds at most, on that clock.
        every: wall seconds between two looks at first; on AWS they grow by half, up to 10.

    Raises:
        StillWaiting: the limit was reached.
    """
    with Wait(lab, what) as waiting:
        while not (result := until()):
            if waiting.waited >= limit - _NOTHING:
                raise StillWaiting(what, waiting.waited)
            waiting.let_pass(every, limit - waiting.waited)
            if lab.where == "aws":
                every = min(every * 1.5, _SLOWEST)
    return result
