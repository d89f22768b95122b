"""A line that says what is awaited, after two seconds, and is gone once it is over."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from ecslab.display.markup import html
from ecslab.display.messages import in_notebook, say
from ecslab.display.printable import printable

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

T = TypeVar("T")
_QUIET = 2.0  # seconds: a short wait says nothing


class Progress:
    """One quiet line while something is awaited: in a terminal on standard error, in a notebook as a display.

    Args:
        what: a phrase that follows "waiting for".
        shown: False where no wall time passes (a stepped clock), so that outputs are the same in every run.
    """

    def __init__(self, what: str, shown: bool = True):
        self._what, self._shown = what, shown
        self._began = time.monotonic()
        self._line: DisplayHandle | None = None  # the notebook's display, once there is one
        self._width = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write("")
        if kind is KeyboardInterrupt and self._shown:
            say(f"Stopped waiting for {self._what}. Nothing was undone; run the cell again to go on waiting.")

    def tick(self, done: str = "") -> None:
        """Show the time waited so far, or in its place how much is `done`."""
        waited = time.monotonic() - self._began
        if self._shown and waited >= _QUIET:
            self._write(done or f"waiting for {self._what} … {waited:.0f} s")

    def during(self, work: Callable[[], T]) -> T:
        """Do `work`, one long call, and meanwhile show the time; what it returns."""
        if not self._shown:
            return work()
        with ThreadPoolExecutor(1) as worker:
            doing = worker.submit(work)
            while not wait([doing], timeout=0.5).done:
                self.tick()
            return doing.result()

    def _write(self, text: str) -> None:
        if not text and not self._width:
            return
        text = printable(text)
        if in_notebook():
            self._show(text)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r{text:<{self._width}}" + ("" if text else "\r"))
            sys.stderr.flush()
        self._width = len(text)

    def _show(self, text: str) -> None:
        from IPython.display import display

        bundle = {"text/plain": text, "text/html": html("<small>{}</small>", text) if text else ""}
        if self._line is None:
            self._line = display(bundle, raw=True, display_id=True)
        else:
            self._line.update(bundle, raw=True)
