"""How the script lets its child, and nobody else, into the compat world."""

import os
from typing import Final

__all__ = ["COUNTS", "PERMIT", "SUITE", "Refused", "check"]

SUITE: Final = "ECSLAB_COMPAT_SUITE"
COUNTS: Final = "ECSLAB_COMPAT_COUNTS"
PERMIT: Final = "ECSLAB_COMPAT_CHILD_OF"
"""Environment variables of the child: the suite's name, the file that gets its counts, the script's process
id."""


class Refused(RuntimeError):
    """The compat world was asked for outside its script, or a sandbox inside it."""


def check() -> None:
    """Refuse whoever is not a child of the script.

    Raises:
        Refused: the permit is missing, or is not of this process's parent.
    """
    if os.environ.get(PERMIT) != str(os.getppid()):
        raise Refused("The compat world is for `python -m tests.compat` alone.")
