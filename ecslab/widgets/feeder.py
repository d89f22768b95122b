"""What keeps a live view up to date: one class, so that a place without threads can have another."""

import threading
from collections.abc import Callable
from typing import Protocol

Look = Callable[[], float | None]
"""Looks once; returns the seconds until the next look, or None when there is nothing left to see."""


class Feeder(Protocol):
    """Calls a `Look` again and again until it returns None or the feeder is stopped."""

    def start(self, look: Look) -> None:
        """Begin, or begin anew."""

    def stop(self) -> None:
        """End, without waiting for a look that is under way."""


class ThreadFeeder:
    """A feeder that is a daemon thread. (An asyncio task would stand still while a cell runs.)"""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, look: Look) -> None:
        self.stop()
        self._stopped = stopped = threading.Event()
        self._thread = threading.Thread(target=_follow, args=(look, stopped), name="ecslab-view", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end, `seconds` at most; whether it came."""
        if self._thread:
            self._thread.join(seconds)
        return not (self._thread and self._thread.is_alive())


def _follow(look: Look, stopped: threading.Event) -> None:
    pause: float | None = 0.0
    while pause is not None and not stopped.wait(pause):
        pause = look()
