"""Saying something to the learner, outside the value of a cell."""

import sys


def say(text: str) -> None:
    """Write one message to standard output, where a notebook shows it without the red of an error."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel. Imports nothing that is not already there."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
