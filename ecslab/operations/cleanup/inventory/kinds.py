"""What a thing in the account is, what was found of a lab, and where the ledger says to look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.tags import owner_in
from ecslab.operations import prices

_HOURS: Final = 730  # in a month, as AWS reckons it


@dataclass(frozen=True)
class Thing:
    """One thing in the account.

    Attributes:
        kind, name: as they are shown.
        id: what the call that removes it takes.
        cluster: of a task or a service, the ARN of its cluster.
        interface: of a task, its network interface.
        hourly: dollars an hour while it is there; 0 for what costs nothing.
        status: of a task, its `lastStatus`; of others what is worth knowing before they go.
    """

    kind: str
    name: str
    id: str
    cluster: str = ""
    interface: str = ""
    hourly: float = 0.0
    status: str = ""

    @property
    def cost(self) -> str:
        """What it costs while it is there, in words; "" for nothing."""
        if self.hourly >= 0.001:
            return f"{prices.dollars(self.hourly)} an hour"
        month = self.hourly * _HOURS
        return f"{prices.dollars(month)} a month" if month >= 0.00005 else ""


def monthly(amount: float) -> float:
    """Dollars a month, by the hour."""
    return amount / _HOURS


@dataclass
class Found:
    """What is this lab's, and what only looks like it."""

    ours: list[Thing] = field(default_factory=list)
    strangers: list[Thing] = field(default_factory=list)

    def take(self, thing: Thing, tagged: Any, owner: str) -> bool:
        """Sort a thing by its tags; True: it is ours."""
        mine = owner_in(tagged) == owner
        (self.ours if mine else self.strangers).append(thing)
        return mine


class Known:
    """What the ledger and the lesson name."""

    def __init__(self, lab: Connection):
        self._entries = [entry for entry in lab.ledger.entries() if entry.outcome != "refused"]

    def names(self, kind: str, *more: str) -> list[str]:
        """The names of that kind; `more` are the lesson's own."""
        return list(dict.fromkeys([*more, *(entry.name for entry in self._entries if entry.kind == kind)]))

    def ids(self, kind: str) -> frozenset[str]:
        """The ids that AWS gave to things of that kind."""
        return frozenset(one for entry in self._entries if entry.kind == kind for one in entry.ids)


def chunks(items: Iterable[str], size: int = 100) -> Iterator[list[str]]:
    """So many at a time as one describe call takes."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
