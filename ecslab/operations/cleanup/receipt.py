"""What a clean-up would remove, and what became of it: both show themselves."""

from dataclasses import dataclass
from typing import Final

from ecslab.display.tables import Table
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory import Thing

_NOTICED: Final = 0.001  # dollars an hour


@dataclass(frozen=True)
class Plan:
    """What `run` would remove, in this order.

    Attributes:
        things: what this lab made and is still there.
        strangers: what has a name of the lesson, but was not made by this lab; it is left alone.
        hourly: dollars an hour, for as long as it is there.
    """

    things: tuple[Thing, ...]
    strangers: tuple[Thing, ...]

    @property
    def hourly(self) -> float:
        return sum(thing.hourly for thing in self.things)

    def _table(self) -> Table:
        count = len(self.things)
        dear = self.hourly >= _NOTICED
        cost = f", about {prices.dollars(self.hourly)} an hour on a real account" if dear else ""
        title = f"{count} to remove{cost}:" if count else "Nothing of this lab is there."
        rows = [
            (str(number), thing.kind, f"{thing.name} {thing.status}".strip(), thing.cost)
            for number, thing in enumerate(self.things, start=1)
        ]
        rows += [
            ("–", thing.kind, f"{thing.name}: left alone, not made by this lab", "")
            for thing in self.strangers
        ]
        return Table(title, ("order", "what", "name", "costs") if rows else (), tuple(rows))

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


@dataclass(frozen=True)
class Left:
    """Something that could not be removed, and why."""

    thing: Thing
    why: str


@dataclass(frozen=True)
class Kept:
    """Something that AWS keeps, what becomes of it, and what it costs."""

    what: str
    why: str
    cost: str


@dataclass(frozen=True)
class Receipt:
    """What became of a clean-up.

    Attributes:
        removed: in the order in which it went.
        left: what is still there, each with the reason; run again once that is put right.
        kept: what AWS keeps by itself.
        strangers: left alone, because this lab did not make it.
        saved: dollars an hour that what was removed no longer costs.
    """

    removed: tuple[Thing, ...]
    left: tuple[Left, ...]
    kept: tuple[Kept, ...]
    strangers: tuple[Thing, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is left."""
        return not self.left

    @property
    def saved(self) -> float:
        return sum(thing.hourly for thing in self.removed)

    @property
    def title(self) -> str:
        """`0 of 9 left.`"""
        count = len(self.left) + len(self.removed)
        return f"{len(self.left)} of {count} left." if count else "Nothing of this lab was there."

    @property
    def costs(self) -> str:
        """What is no longer paid for by the hour, and what still is; "" where it is next to nothing."""
        if self.saved < _NOTICED:
            return ""
        rest = sum(one.thing.hourly for one in self.left)
        still = f"; {prices.dollars(rest)} an hour goes on" if rest else ""
        return f"About {prices.dollars(self.saved)} an hour less on a real account{still}."

    def _parts(self) -> list[Table]:
        gone = tuple((thing.kind, thing.name) for thing in self.removed)
        left = tuple((one.thing.kind, one.thing.name, one.why) for one in self.left)
        kept = tuple((one.what, one.why, one.cost) for one in self.kept)
        others = tuple((thing.kind, thing.name) for thing in self.strangers)
        parts = (
            Table("Left, and why:", ("what", "name", "reason"), left),
            Table("Removed:", ("what", "name"), gone),
            Table("What AWS keeps:", ("what", "why", "cost"), kept),
            Table("Left alone, because this lab did not make it:", ("what", "name"), others),
        )
        return [part for part in parts if part.rows]

    def __repr__(self) -> str:
        return "\n\n".join([f"{self.title} {self.costs}".rstrip(), *map(repr, self._parts())])

    def _repr_html_(self) -> str:
        title = f"<p><strong>{self.title}</strong> {self.costs}".rstrip() + "</p>"
        return title + "".join(part._repr_html_() for part in self._parts())
