"""A line that says what is awaited, after two seconds, and is gone once it is over."""

import select
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

    from ecslab.display.wait_line import WaitLine

T = TypeVar("T")
_QUIET = 2.0  # seconds: a short wait says nothing


class Progress:
    """One quiet line while something is awaited: in a terminal on standard error, in a notebook as a display.

    Args:
        what: a phrase that follows "waiting for".
        shown: False where no wall time passes (a stepped clock), so that outputs are the same in every run.
        skip: called when somebody wants the wait to be over: by a button in a notebook, with Enter in a
            terminal. None where it cannot be.
    """

    def __init__(self, what: str, shown: bool = True, skip: Callable[[], None] | None = None):
        self._what, self._shown, self._skip = what, shown, skip
        self._began = time.monotonic()
        self._line: DisplayHandle | None = None  # the notebook's display, once there is one
        self._widget: WaitLine | None = None  # in it, where the wait can be skipped
        self._width = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write("")
        if kind is KeyboardInterrupt and self._shown:
            say(f"Stopped waiting for {self._what}. Nothing was undone; run the cell again to go on waiting.")

    def tick(self, text: str = "") -> None:
        """Show `text`, or in its place how long this machine has worked so far."""
        waited = time.monotonic() - self._began
        if self._shown and waited >= _QUIET:
            self._write(text or f"waiting for {self._what} … {waited:.0f} s on your clock")

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
            if text and self._skip:
                self._listen(self._skip)
                text = f"{text} [Enter skips]"
            sys.stderr.write(f"\r{text:<{self._width}}" + ("" if text else "\r"))
            sys.stderr.flush()
        self._width = len(text)

    @staticmethod
    def _listen(skip: Callable[[], None]) -> None:
        """Skip the wait if somebody has pressed Enter."""
        if sys.stdin and sys.stdin.isatty() and sys.platform != "win32":
            if select.select([sys.stdin], [], [], 0)[0]:
                sys.stdin.readline()
                skip()

    def _show(self, text: str) -> None:
        from IPython.display import display

        if self._widget and text:
            self._widget.text = text
            return
        if self._skip and text:
            from ecslab.display.wait_line import WaitLine

            self._widget = WaitLine(text, self._skip)
            self._line = display(self._widget, display_id=True)
            return
        bundle = {"text/plain": text, "text/html": html("<small>{}</small>", text) if text else ""}
        if self._line is None:
            self._line = display(bundle, raw=True, display_id=True)
        else:
            self._line.update(bundle, raw=True)
        if self._widget:
            self._widget.close()
