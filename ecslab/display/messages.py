"""Saying something to the learner, outside the value of a cell."""

import sys

from ecslab.display.printable import printable


def say(text: str) -> None:
    """Write one message to standard output, where a notebook shows it without the red of an error.

    What would steer a terminal in it is shown as an escape: parts of it may be a stranger's words.
    """
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel. Imports nothing that is not already there."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
