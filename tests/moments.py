"""Snapshots in memory: an account in this process is made anew from its latest moment, not from the start.

A fault that is taken back, or a refusal that had changed something, has the journal happen again. Beside a
journal on the disk lie snapshots for that; here, for tests with long histories, they are kept in memory.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

from ecslab import Lab
from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.engine.snapshots import About, Restored, Snapshots
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.journal.record import Record
from ecslab.sandbox.snapshot import reading, writing
from ecslab.sandbox.snapshot.names import Refused

LEAST = 2_000
"""Events from one moment to the next: some tenths of a second of replay."""
PART = 4
"""After a long history the next moment comes when a quarter as much has happened again."""


def keep(lab: Lab) -> None:
    """Let the sandbox of this lab keep moments."""
    endpoint = lab.place.endpoint  # type: ignore[attr-defined]  # in the sandbox
    Moments(endpoint.transport.sandbox)


class Moment(NamedTuple):
    """What came of these records."""

    records: tuple[Record, ...]
    about: About
    graph: writing.Written


class Moments(Snapshots):
    """The moments of one sandbox, oldest first."""

    def __init__(self, sandbox: Sandbox):
        super().__init__(None, sandbox.credentials, sandbox.wall)
        self._kept: list[Moment] = []
        self._total = 0
        sandbox.account.snapshots = self

    def keep_if_due(
        self, journal: Journal, backend: Backend, about: Callable[[], About], at_stop: bool
    ) -> None:
        if at_stop or self._events < max(LEAST, self._total // PART):
            return
        self._total, self._events = self._total + self._events, 0
        try:
            with backend.whole() as root:
                graph = writing.written(root, self._given)
        except Refused:  # a test put something into the account that has no name
            return
        self._kept.append(Moment(tuple(journal), deepcopy(about()), graph))

    def restored(self, journal: Journal) -> Restored | None:
        while self._kept and not _begins_with(journal, self._kept[-1].records):
            self._kept.pop()
        if not self._kept:
            self._total = 0
            return None
        records, about, graph = self._kept[-1]
        clock, account = reading.read(graph, self._given)
        return Restored(len(records), deepcopy(about), clock, account)

    def forget(self) -> None:
        self._kept.clear()
        self._total = 0


def _begins_with(journal: Journal, records: tuple[Record, ...]) -> bool:
    return len(journal) >= len(records) and all(journal[at] is each for at, each in enumerate(records))
