"""The account as its journal makes it: at the start, after a refusal that changed something, after a cut."""

import threading
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.engine.journal_writer import JournalWriter
from ecslab.sandbox.engine.pace import Pace
from ecslab.sandbox.engine.replay import Replay
from ecslab.sandbox.engine.snapshots import About, Restored, Snapshots
from ecslab.sandbox.journal.record import Record
from ecslab.sandbox.world import behaviour
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.durations import Durations
from ecslab.sandbox.world.time.timeline import Timeline


class JournaledAccount:
    """One account, its clock and its pace, which a replay of the journal makes anew.

    Args:
        writer: of the journal; its first record is there.
        snapshots: what a replay may begin with.
        folder: where image layers lie; None where they are in memory.
        access_key: the sandbox's own key.
        wall: what time it is, in epoch seconds.
        notices: what the learner is told.

    Attributes:
        clock, pace, backend, seed: made by `rebuild`.
        replay: the latest one, also while it goes on.
        mutations: how many calls have changed the account.
    """

    lock: Final = threading.RLock()  # of all sandboxes of a process: moto's dictionaries are theirs together
    clock: Clock
    pace: Pace
    backend: Backend
    seed: str

    def __init__(
        self, writer: JournalWriter, snapshots: Snapshots, *, folder: Path | None, access_key: str,
        wall: Callable[[], float], notices: deque[str],
    ):  # fmt: skip
        self.writer, self.journal, self.snapshots = writer, writer.journal, snapshots
        self.folder, self.notices = folder, notices
        self._access_key, self._wall = access_key, wall
        self.replay: Replay | None = None
        self.mutations = 0

    def rebuild(self, now: float = 0.0, most_events: int | None = None) -> None:
        """Make the account anew from the journal, and let time pass to virtual second `now`.

        Args:
            most_events: how many may happen in it; ValueError if there are more.
        """
        before = getattr(self, "pace", None)
        replay = self._shortened(most_events) or self._replayed_from(None, most_events)
        self.mutations, self.writer.lost = replay.mutations, False
        self.notices.extend(replay.notices)
        while self.clock.now < now:
            self.clock.run(until=now)
        if before:
            self.pace.take_up(self.clock.now, before.setting(self.clock.now))
        if len(self.journal) > 1:
            self.go_on()

    def drop(self) -> None:
        """Let go of an account that was not finished."""
        if hasattr(self, "backend"):
            self.backend.close()
            del self.backend
        if hasattr(self, "pace"):
            del self.pace

    def start_over(self, seed: str | int | None, began: float | None = None) -> None:
        """Forget everything; a new account, under the same seed unless another is given.

        It begins at epoch second `began`, or now.
        """
        pace, eventual = self.pace, self.journal[0].start.get("eventual", False)
        self.journal.clear()
        self.snapshots.forget()
        seed = self.seed if seed is None else seed
        self.writer.begin(seed, pace.mode, pace.speed, eventual=eventual, began=began)
        self.rebuild()

    def go_on(self) -> None:
        """Let time go on from here; the journal keeps how virtual and wall time are related from now."""
        self.pace.go_on(self.clock.now)
        self.writer.note(self.clock.now, "pace", self.pace.setting(self.clock.now))

    def keep(self, record: Record) -> None:
        """Keep what has just happened; where that cannot be written it is taken back: AwsError."""
        try:
            self.writer.after(record)
        except AwsError:
            self.rebuild()
            raise

    def keep_snapshot(self, at_stop: bool = False) -> None:
        """Keep a snapshot if one is due; all that went on is in the journal."""
        if not self.writer.lost:
            self.snapshots.keep_if_due(self.journal, self.backend, self._about, at_stop)

    def _about(self) -> About:
        notices = self.replay.notices if self.replay else []
        pace = self.pace.setting(self.clock.now)
        return {"mutations": self.mutations, "notices": list(notices), "pace": pace}

    def _shortened(self, most_events: int | None) -> Replay | None:
        """A replay of what follows the latest snapshot; None if there is none to go on from.

        This version wrote it, so all that followed can be made again. If not, the journal may be good still.
        """
        restored = self.snapshots.restored(self.journal)
        if restored is None:
            return None
        try:
            replay = self._replayed_from(restored, most_events)
            if replay.notices == restored.about["notices"]:
                return replay
        except Exception:
            traceback.print_exc()
        self.snapshots.forget()
        return None

    def _replayed_from(self, restored: Restored | None, most_events: int | None) -> Replay:
        """Let the journal happen again: all of it, or what follows the records that a snapshot stands for."""
        start = self.journal[0].start
        self.seed = start["seed"]
        if hasattr(self, "backend"):
            self.backend.close()
        if restored is None:
            timeline = Timeline(start["wall"], start["speed"] if start["mode"] == "paced" else 1.0)
            durations = Durations(start.get("timing", "fixed"), self.seed)
            self.clock = Clock(timeline=timeline, durations=durations)
        else:
            self.clock = restored.clock
        records, mutations = (restored.records, restored.about["mutations"]) if restored else (0, 0)
        self.pace = Pace(self.clock.timeline, start["mode"], start["speed"], self._wall)
        self.backend = Backend(
            self.clock, self.folder, self.seed, start.get("behaviour", behaviour.FIRST), self._wall,
            start.get("eventual", False) and not restored, restored.account if restored else None,
        )  # fmt: skip
        replay = self.replay = Replay(
            self.clock, self.pace, self.backend, self._access_key, most_events,
            after=records, mutations=mutations,
        )  # fmt: skip
        if restored:
            self.pace.be(restored.about["pace"])
            replay.notices.extend(restored.about["notices"])
        replay.run(self.journal.after(replay.position))
        self.snapshots.began(replay.happened + snapshots.REQUEST * (replay.mutations - mutations))
        return replay
