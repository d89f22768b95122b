"""Which calls belong together: in the sandbox each change says of which step of the learner's it is a part.

By this `lab.undo()` takes back a step and not a call. A step is, in this order: a part of the course that
`goto` fills in; all that one notebook cell changes; where there are no cells, all that one of our verbs does.
The sandbox keeps the word with the change, in its journal.
"""

import contextlib
import itertools
import secrets
import sys
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Final

from ecslab.aws_api.operations import changes

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from IPython.core.interactiveshell import InteractiveShell

HEADER: Final = "X-Ecslab-Step"


class _Cells:
    """Counts the cells that this kernel has run."""

    def __init__(self) -> None:
        self.number = 0
        self._shell: InteractiveShell | None = None

    def now(self) -> int | None:
        """The number of the present cell; None where there are none."""
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        if shell is None:
            return None
        if self._shell is not shell:
            shell.events.register("pre_run_cell", self._next)
            self._shell = shell
        return self.number

    def _next(self, *_: object) -> None:
        self.number += 1


_cells: Final = _Cells()


class StepMarks:
    """Marks the requests of one lab."""

    def __init__(self) -> None:
        self._own = secrets.token_hex(4)
        self._verbs = itertools.count(1)
        self._verb: FrameType | None = None  # held, so that the next call's frame is another one for certain
        self._number = 0
        self._doing = ""

    @contextlib.contextmanager
    def doing(self, step: str) -> Iterator[None]:
        """Within this, all changes are one step, named by its id ("04.run")."""
        before, self._doing = self._doing, f"{self._own}-s{next(self._verbs)} {step}"
        try:
            yield
        finally:
            self._doing = before

    def mark(self, request: "AWSRequest", operation_name: str, event_name: str, **_: object) -> None:
        """Put the mark of its step into a request's headers; see `hooks`."""
        if not changes(event_name.split(".")[1], operation_name):
            return
        if mark := self._doing or self._cell() or self._call():
            request.headers[HEADER] = mark

    def _cell(self) -> str:
        cell = _cells.now()
        return "" if cell is None else f"{self._own}-c{cell}"

    def _call(self) -> str:
        """The verb of ours that the caller called; nothing for a call that is the caller's own."""
        verb: FrameType | None = None
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_globals.get("__name__", "").startswith("ecslab."):
                verb = frame
            frame = frame.f_back
        if verb is None:
            return ""
        if verb is not self._verb:
            self._verb, self._number = verb, next(self._verbs)
        return f"{self._own}-v{self._number}"
