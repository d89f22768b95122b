"""When a snapshot of the account is written beside the journal, and when one stands for its first records.

It only saves time: without it, or where anything about it is not as it should be, the journal is replayed.
What reads and writes one is imported where there is one to be read or written.
"""

import hashlib
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, cast

from ecslab import __version__
from ecslab.sandbox.engine import moto_import
from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.journal.record import PaceSetting
from ecslab.sandbox.snapshot import folder as snapshot_folder
from ecslab.sandbox.wire.credentials import Credentials
from ecslab.sandbox.world.time.clock import Clock

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.account import Account
    from ecslab.sandbox.snapshot.file import Snapshot

AT_STOP: Final = 2_000
"""Events since the last snapshot for which one is written at a stop: some tenths of a second of replay."""
IN_BETWEEN: Final = 20_000
"""Events since the last snapshot for which one is written while the sandbox runs: some seconds of replay."""
REQUEST: Final = 20  # events whose replay takes as long as that of a request
_SHARE: Final = 50  # of the time since the last snapshot, one takes at most this part
_LOADED: Final = time.time()
_SANDBOX: Final = Path(__file__).parents[1]
_LOG: Final = logging.getLogger(__name__)


class About(TypedDict):
    """What the engine goes on with, beside the account."""

    mutations: int
    notices: list[str]
    pace: PaceSetting


@dataclass(frozen=True)
class Restored:
    """The account as it was after the journal's first `records`."""

    records: int
    about: About
    clock: Clock
    account: "Account"


class Snapshots:
    """The snapshots of one sandbox.

    Args:
        folder: `<home>/sandbox`; None keeps none.
        credentials: what seals them.
        wall: the clock of clients, which a snapshot leaves out.
    """

    def __init__(self, folder: Path | None, credentials: Credentials, wall: Callable[[], float]):
        self._folder = folder
        self._secrets = credentials.secret_key, credentials.gateway_secret
        self._given: Mapping[str, object] = {"wall": wall, "folder": folder}
        self._events, self._next = 0, 0.0

    def began(self, events: int) -> None:
        """Count from here: so much happened since the snapshot that was restored, if one was."""
        self._events = events

    def happened(self, events: int) -> None:
        """Count what a replay would have to let happen again."""
        self._events += events

    def restored(self, journal: Journal) -> Restored | None:
        """The state after the most records of this journal that a snapshot stands for."""
        if self._folder is None:
            return None
        for path in map(self._folder.joinpath, snapshot_folder.NAMES):
            if not path.exists():
                continue
            from ecslab.sandbox.snapshot import file

            snapshot = file.read(path, _environment(), file.key_of(*self._secrets))
            if snapshot and snapshot.digest == journal.digest(snapshot.records):
                return self._made(snapshot)
        return None

    def _made(self, snapshot: "Snapshot") -> Restored | None:
        from ecslab.sandbox.snapshot import reading

        moto_import.prepare()
        try:
            clock, account = reading.read(snapshot.graph, self._given)
        except Exception:  # whatever it is, the journal brings everything back
            _LOG.warning("a snapshot was not read: %s", traceback.format_exc(limit=-3))
            return None
        return Restored(snapshot.records, cast(About, snapshot.about), clock, account)

    def keep_if_due(
        self, journal: Journal, backend: Backend, about: Callable[[], About], at_stop: bool
    ) -> None:
        """Write one, if a replay since the last would be long, and to write it is no great part of the time.

        Args:
            about: what the engine goes on with.
            at_stop: the sandbox stops, so that fewer events are reason enough.
        """
        if self._folder is None or self._events < (AT_STOP if at_stop else IN_BETWEEN):
            return
        if not at_stop and time.monotonic() < self._next:
            return
        began = time.monotonic()
        try:
            self._keep(self._folder, journal, backend, about())
        except Exception as problem:  # a replay takes its place
            _LOG.warning("no snapshot was written: %r", problem)
        self._events, now = 0, time.monotonic()
        self._next = now + _SHARE * (now - began)

    def _keep(self, folder: Path, journal: Journal, backend: Backend, about: About) -> None:
        from ecslab.sandbox.snapshot import file, writing

        with backend.whole() as root:
            graph = writing.written(root, self._given)
        digest = journal.digest(len(journal))
        if digest:
            snapshot = file.Snapshot(_environment(), len(journal), digest, about, graph)
            file.write(folder, snapshot, file.key_of(*self._secrets))

    def forget(self) -> None:
        """Remove them all."""
        if self._folder is not None:
            snapshot_folder.forget(self._folder)


@cache
def _environment() -> str:
    """What a snapshot rests on: the versions, and the sandbox's own sources."""
    from importlib.metadata import version

    digest = hashlib.sha256(f"{__version__} {sys.version} {version('moto')}".encode())
    for path in sorted(_SANDBOX.rglob("*.*")):
        if path.suffix in (".py", ".toml"):
            if path.stat().st_mtime > _LOADED:  # it is not what runs here
                digest.update(os.urandom(16))
            digest.update(path.relative_to(_SANDBOX).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
