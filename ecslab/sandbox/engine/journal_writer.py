"""Writing to the journal, and what it means for each kind of record that the disk has no room for it."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from ecslab.sandbox.engine.pace import Mode
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.journal.record import FORMAT, Record
from ecslab.sandbox.world import behaviour
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.durations import Model


class JournalWriter:
    """Writes what happens to a journal.

    Args:
        folder: where the journal lies; None where it is in memory.
        wall: what time it is, in epoch seconds.
        timing: where durations come from, in a journal that begins.

    Attributes:
        lost: whether something happened that the journal has no room for.
    """

    def __init__(self, journal: Journal, folder: Path | None, wall: Callable[[], float], timing: Model):
        self.journal, self._folder, self._wall, self._timing = journal, folder, wall, timing
        self.lost = False

    def begin(
        self, seed: str | int | None, mode: Mode, speed: float, *, eventual: bool, began: float | None = None
    ) -> None:
        """Write the first record of an empty journal.

        Args:
            seed: None draws one.
            eventual: whether changes are seen late.
            began: the epoch second at which the account begins; None is now.
        """
        seed = secrets.token_hex(8) if seed is None else str(seed)
        wall = self._wall() if began is None else began
        about = {"seed": seed, "wall": wall, "mode": mode, "speed": speed, "format": FORMAT,
                 "behaviour": behaviour.LATEST, "timing": self._timing}  # fmt: skip
        about |= {"eventual": True} if eventual else {}
        self.journal.append(Record(0.0, "start", about))

    def after(self, record: Record) -> None:
        """Keep what has happened; AwsError where that cannot be written, and then it must be taken back."""
        self._append(record, durable=True)

    def before(self, record: Record) -> None:
        """Keep what is about to happen; where that cannot be written it must not happen: AwsError.

        Nobody waits for it on the disk, so a power cut may lose it, with all that came of it.
        """
        self._append(record, durable=False)

    def note(self, now: float, kind: str, about: Mapping[str, object]) -> None:
        """Keep how time goes; on a full disk it is lost, which costs at most some virtual time."""
        try:
            self.journal.append(Record(now, kind, about), durable=False)
        except OSError:
            self.lost = True

    def _append(self, record: Record, durable: bool) -> None:
        try:
            self.journal.append(record, durable)
        except OSError as problem:
            raise AwsError(
                "ServiceUnavailable",
                f"The sandbox cannot write to {self._folder} ({problem.strerror}), so this call had no "
                "effect. Make room on the disk and call again.",
                503,
            ) from None
