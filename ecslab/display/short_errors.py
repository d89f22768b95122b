"""An error in a notebook: what is wrong, what to do next, and the line of the cell.

The lines of packages are left out. Python's own traceback stays where the mistake is in the learner's own
code; `%tb` shows it in any case.
"""

import builtins
import linecache
import sys
from traceback import walk_tb
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from ecslab.display.messages import in_notebook
from ecslab.display.printable import printable
from ecslab.errors import EcslabError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def listen() -> None:
    """Let every error in this kernel be shown so. Outside a notebook, nothing happens."""
    if in_notebook():
        sys.modules["IPython"].get_ipython().set_custom_exc((Exception,), _explain)


def _explain(
    shell: "InteractiveShell",
    kind: type[Exception],
    error: Exception,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    frames = list(walk_tb(trace))
    own = [(frame, line) for frame, line in frames if frame.f_globals is shell.user_global_ns]
    in_a_package = bool(own) and frames[-1] != own[-1]
    forgotten = _forgotten_name(error, frames)
    if isinstance(error, EcslabError) or in_a_package or forgotten:
        next_step = [advice(forgotten)] if forgotten else []
        lines = [f"{kind.__name__}: {error}", *next_step, *(_place(*own[-1]) if own else [])]
        error._render_traceback_ = lambda: [printable(line) for line in lines]  # type: ignore[attr-defined]
    try:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    finally:
        error.__dict__.pop("_render_traceback_", None)  # so that %tb shows all


def _forgotten_name(error: Exception, frames: list[tuple[FrameType, int]]) -> str:
    """The name that a cell itself, not a function that it calls, asks for in vain; "" for any other error."""
    name = str(getattr(error, "name", ""))
    in_the_cell = bool(frames) and frames[-1][0].f_code.co_name == "<module>"
    return name if type(error) is NameError and in_the_cell and not hasattr(builtins, name) else ""


def _place(frame: FrameType, line: int) -> list[str]:
    """The line of the cell, as it is written there."""
    text = linecache.getline(frame.f_code.co_filename, line).strip()
    return [f"  in line {line} of the cell: {text}"] if text else []


def advice(name: str) -> str:
    """What somebody can do to whom `name` is not there."""
    if name in ("ecslab", "lab"):
        return (
            f"  next: `{name}` comes from the notebook's first code cell, which this kernel has not run. (A "
            "kernel forgets when it is restarted; your account does not.) Run that cell, then this one again."
        )
    return (
        f"  next: `{name}` is made by a cell further up, which this kernel has not run, or it is misspelt. "
        "Run the cells above first: Run, then “Run All Above Selected Cell”. Nothing is done twice by it."
    )
