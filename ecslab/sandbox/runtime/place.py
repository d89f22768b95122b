"""Where a program is in its work, so that it can be begun anew and found asleep at the same place.

A program is a generator, which cannot be written down. So whatever it needs to go on lies in its place; a
program that is begun with a place that is not fresh does nothing of what it has done, and comes to its sleep
at once.
"""

import math
from collections.abc import Callable, Generator
from typing import TypeVar, cast

FOREVER = math.inf
Run = Generator[float, None, int]
Kind = TypeVar("Kind", bound="Place")


class Place:
    """Where one part of a program is. Parts have places of their own kind, with more in them.

    Attributes:
        asleep: the seconds it sleeps for; None while it does not sleep itself.
        position: how many of its steps it has done.
        program: the name by which it was called, if it is a whole program.
        inner: where the part is that it waits for.
    """

    __slots__ = ("asleep", "inner", "position", "program")

    def __init__(self) -> None:
        self.asleep: float | None = None
        self.position = 0
        self.program = ""
        self.inner: Place | None = None

    @property
    def begun(self) -> bool:
        """Whether it sleeps in it: fresh places have no parts."""
        return self.asleep is not None or self.inner is not None

    def within(self, kind: type[Kind]) -> Kind:
        """The place of a part: where it was left, or a fresh one."""
        if self.inner is None:
            self.inner = kind()
        return cast(Kind, self.inner)

    def sleep(self, seconds: float) -> Generator[float, None, None]:
        """Sleep; who comes back to this place sleeps on as long as was said first."""
        if self.asleep is None:
            self.asleep = seconds
        yield self.asleep
        self.asleep = None


Program = Callable[[Place], Run]
"""Begins a program, or finds it asleep at its place."""


def serves(place: Place) -> Run:
    """A program that does no more than to answer."""
    yield from place.sleep(FOREVER)
    return 0
