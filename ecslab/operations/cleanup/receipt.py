"""What a clean-up would remove, and what became of it: both show themselves."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from ecslab.display.markup import html, joined
from ecslab.display.tables import ShownAsTable, Table
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource

_NOTICED: Final = 0.001  # dollars an hour
_DATED: Final = f"us-east-1, {prices.AS_OF}"
_OTHERS: Final = "Made in the notebook's terminal, and yours to remove: clean-up does not know the kind."


@dataclass(frozen=True, repr=False)
class Plan(ShownAsTable):
    """What `run` would remove, in this order.

    Attributes:
        resources: what this lab made and is still there.
        strangers: what has a name of the lesson, but was not made by this lab; it is left alone.
        others: what a command of the notebook's terminal made, of kinds that clean-up does not remove.
        hourly: dollars an hour, for as long as it is there.
    """

    resources: tuple[Resource, ...]
    strangers: tuple[Resource, ...]
    others: tuple[Resource, ...] = ()

    @property
    def hourly(self) -> float:
        return sum(resource.hourly for resource in self.resources if not resource.kept)

    def _table(self) -> Table:
        count = sum(not resource.kept for resource in self.resources)
        dear = self.hourly >= _NOTICED
        cost = f", about {prices.dollars(self.hourly)} an hour on a real account ({_DATED})" if dear else ""
        title = f"{count} to remove{cost}:" if count else "Nothing of this lab is there."
        rows = [
            (str(number), resource.kind, _shown(resource), resource.cost)
            for number, resource in enumerate(self.resources, start=1)
        ]
        rows += [
            ("–", resource.kind, f"{resource.name}: left alone, not made by this lab", "")
            for resource in self.strangers
        ]
        rows += [
            ("–", resource.kind, f"{resource.name}: made in the terminal, and yours to remove", "")
            for resource in self.others
        ]
        return Table(title, ("order", "what", "name", "costs") if rows else (), tuple(rows))


def _shown(resource: Resource) -> str:
    if resource.kept:
        return f"{resource.name} stays: {resource.kept}"
    return f"{resource.name} {resource.status}".strip()


@dataclass(frozen=True)
class Left:
    """Something that could not be removed, and why."""

    resource: Resource
    why: str


@dataclass(frozen=True)
class Retained:
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
        retained: what AWS keeps by itself.
        strangers: left alone, because this lab did not make it.
        others: made in the notebook's terminal, of kinds that clean-up does not remove.
        saved: dollars an hour that what was removed no longer costs.
    """

    removed: tuple[Resource, ...]
    left: tuple[Left, ...]
    retained: tuple[Retained, ...]
    strangers: tuple[Resource, ...]
    others: tuple[Resource, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is left of what clean-up removes."""
        return not self.left

    @property
    def saved(self) -> float:
        return sum(resource.hourly for resource in self.removed)

    @property
    def title(self) -> str:
        """`0 of 9 left.`"""
        count = len(self.left) + len(self.removed)
        return f"{len(self.left)} of {count} left." if count else "Nothing of this lab was there."

    @property
    def costs(self) -> str:
        """What is no longer paid for by the hour, and what still is; "" where it is next to nothing."""
        rest = sum(each.resource.hourly for each in self.left)
        less = f"About {prices.dollars(self.saved)} an hour less on a real account ({_DATED})"
        if self.saved < _NOTICED:
            return f"What is left costs about {prices.dollars(rest)} an hour ({_DATED})." if rest else ""
        return f"{less}; {prices.dollars(rest)} an hour goes on." if rest else f"{less}."

    def _parts(self) -> list[Table]:
        removed = tuple((resource.kind, resource.name) for resource in self.removed)
        left = tuple((each.resource.kind, each.resource.name, each.why) for each in self.left)
        retained = tuple((each.what, each.why, each.cost) for each in self.retained)
        strangers = tuple((resource.kind, resource.name) for resource in self.strangers)
        others = tuple((resource.kind, resource.name) for resource in self.others)
        parts = (
            Table("Left, and why:", ("what", "name", "reason"), left),
            Table("Removed:", ("what", "name"), removed),
            Table("What AWS keeps:", ("what", "why", "cost"), retained),
            Table("Left alone, because this lab did not make it:", ("what", "name"), strangers),
            Table(_OTHERS, ("what", "name"), others),
        )
        return [part for part in parts if part.rows]

    def __repr__(self) -> str:
        return "\n\n".join([f"{self.title} {self.costs}".rstrip(), *map(repr, self._parts())])

    def _repr_html_(self) -> Markup:
        costs = f" {self.costs}".rstrip()
        title = html("<p><strong>{}</strong>{}</p>", self.title, costs)
        return title + joined(part._repr_html_() for part in self._parts())
