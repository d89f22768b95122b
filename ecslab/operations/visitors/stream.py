"""Visitors that are there: what can be done with them, wherever they are."""

from __future__ import annotations

from abc import abstractmethod

from ecslab.display.tables import ShownAsTable, Table
from ecslab.operations.visitors.counts import VisitorCounts

Asked = dict[str, object]
"""A profile with its numbers, and what a request costs, named as the sandbox's control call names them."""


class Visitors(ShownAsTable):
    """Visitors of a listener. They show how they did when they were last looked at; `status()` looks.

    Attributes:
        seen: how they did then.
    """

    def __init__(self, seen: VisitorCounts):
        self.seen = seen

    @abstractmethod
    def status(self) -> VisitorCounts:
        """How they do now."""

    @abstractmethod
    def change(self, rate: float | None = None, *, profile: str | None = None, **numbers: float) -> Visitors:
        """Let others come from now on; the arguments are those of `ecslab.visitors`."""

    @abstractmethod
    def stop(self) -> VisitorCounts:
        """Let nobody come any more; how they did."""

    def _table(self) -> Table:
        return self.seen._table()
