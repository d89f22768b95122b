"""A lifecycle is a table: every legal move of a status, and nothing else.

Rule 1: a status changes only to what `Lifecycle.next` answers.
Rule 2: a table knows no clock and none of the things that have the status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ecslab.sandbox.world.texts import tables

Status = TypeVar("Status", bound=str)


class IllegalTransition(Exception):
    """An event arrived that the current status does not allow."""


@dataclass(frozen=True, slots=True, eq=False)
class Lifecycle(Generic[Status]):
    """One table.

    Args:
        noun: what has the status: `task`.
        transitions: status -> event -> next status. The first status is where it begins; one without moves is
            terminal.
        about: what the documentation says above the diagram: the source, and what is not confirmed (U).
    """

    noun: str
    transitions: Mapping[Status, Mapping[str, Status]]
    about: str

    @property
    def first(self) -> Status:
        return next(iter(self.transitions))

    @property
    def terminal(self) -> frozenset[Status]:
        """The statuses that nothing leads out of."""
        return frozenset(status for status, moves in self.transitions.items() if not moves)

    def next(self, status: Status, event: str) -> Status:
        """The status that follows `event`; IllegalTransition names what would have been accepted."""
        moves = self.transitions[status]
        if event not in moves:
            allowed = ", ".join(moves) or "nothing (it is terminal)"
            raise IllegalTransition(f"a {status} {self.noun} cannot take {event!r}; it accepts: {allowed}")
        return moves[event]

    def mermaid(self) -> str:
        """The table as a mermaid diagram."""
        moves = [
            f"  {status} --> {following}: {event}"
            for status, row in self.transitions.items() for event, following in row.items()
        ]  # fmt: skip
        ends = [f"  {status} --> [*]" for status in self.transitions if status in self.terminal]
        return "\n".join(["stateDiagram-v2", f"  [*] --> {self.first}", *moves, *ends])


def lifecycles(module: str) -> dict[str, Lifecycle[str]]:
    """The tables in the TOML file beside a module (its `__file__`), by name."""
    return {name: Lifecycle(**table) for name, table in tables(module).items()}
