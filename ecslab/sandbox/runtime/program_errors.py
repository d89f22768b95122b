"""What a program of a container fails at, or is ended by."""

from typing import Final

LIMIT: Final = "ecslab sandbox: "
"""Begins what the sandbox itself says in a container's log."""


class OutOfMemory(Exception):
    """The program asked for more than the container's limit."""


class CannotFork(Exception):
    """Too many shells, or parts of a script, are within one another."""


class SandboxLimit(Exception):
    """The learner asked for something real containers do and this runtime does not."""


class NotInImage(Exception):
    """The image does not bring the program."""


class Interrupted(Exception):
    """Whoever sits at the terminal pressed Ctrl-C."""
