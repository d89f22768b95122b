"""A cell run before those above it: the NameError says what to do."""

import builtins
import sys
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING

from ecslab.display.messages import in_notebook

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def listen() -> None:
    """Let every NameError in this kernel say it. Outside a notebook, nothing happens."""
    if in_notebook():
        sys.modules["IPython"].get_ipython().set_custom_exc((NameError,), _explain)


def _explain(
    shell: "InteractiveShell",
    kind: type[Exception],
    error: Exception,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    name = getattr(error, "name", None)
    if kind is NameError and name and not hasattr(builtins, name) and _in_a_cell(trace):
        error.add_note(advice(name))
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _in_a_cell(trace: TracebackType) -> bool:
    """Whether the error arose in the cell itself, not in a function that it calls."""
    *_, last = walk_tb(trace)
    return bool(last[0].f_code.co_name == "<module>")


def advice(name: str) -> str:
    """What somebody can do to whom `name` is not there."""
    return (
        f"`{name}` is made by a cell further up, which this kernel has not run, or it is misspelt. Run the "
        "cells above first: Run, then “Run All Above Selected Cell”. Nothing is done twice by it."
    )
