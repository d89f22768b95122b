"""What learners pass to helpers, looked at before anything is done: three lines where it cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from ecslab.errors import BadArgument


def refuse(name: str, value: object, expected: str, next_step: str) -> BadArgument:
    """The error for an argument that cannot be."""
    shown = repr(value)
    if isinstance(value, Mapping):  # what is in it may be secret
        shown = f"a mapping with {', '.join(map(str, value)) or 'nothing in it'}"
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return BadArgument(f"{name} is {shown}.\n  expected: {expected}\n  next:     {next_step}")


def lab(value: object) -> None:
    """Raise BadArgument unless it is a lab."""
    if not hasattr(value, "client"):
        raise refuse(
            "lab", value, "what ecslab.connect() gives",
            "run the notebook's first code cell, lab = ecslab.connect(), and then this one again",
        )  # fmt: skip


def count(name: str, value: object, least: int, most: int | None = None) -> None:
    """Raise BadArgument unless it is a whole number from `least` to `most`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= int(str(value)) <= (most if most is not None else int(str(value))):
        bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise refuse(name, value, f"a whole number {bounds}", f"the same call with {name}={max(least, 1)}")


def text(name: str, value: object, example: str) -> None:
    """Raise BadArgument unless it is a text of at least one character."""
    if not isinstance(value, str) or not value:
        raise refuse(name, value, f"a text, such as {example!r}", f"the same call with {name}={example!r}")


def described(name: str, value: object, member: str, call: str, next_step: str) -> str:
    """The member of what a call shows, a text.

    Args:
        name: of the argument.
        value: what was passed.
        member: which it has to have.
        call: whose answer has such things.
        next_step: a line that gets one.

    Raises:
        BadArgument: it is something else.
    """
    if not isinstance(value, Mapping) or member not in value:
        raise refuse(name, value, f"one as {call} shows it, with {member}", next_step)
    return str(value[member])
