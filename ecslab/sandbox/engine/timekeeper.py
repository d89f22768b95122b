"""Letting time pass: to the moment of a request, or by hand."""

import time
from typing import Final

from ecslab.sandbox.engine.journaled_account import JournaledAccount
from ecslab.sandbox.engine.pace import WATCHED_FOR

ARRIVAL: Final = 1.0
"""Wall seconds for which a request works off what was due before it; then time goes on more slowly."""
ADVANCE: Final = 20.0
"""Wall seconds for which one call may let time pass by hand."""
BEHIND: Final = (
    "The containers do more than this machine can follow, so the sandbox's clock goes more slowly than it "
    "was told to. Stop what runs for ever, or lower the clock's speed."
)


class Timekeeper:
    """Moves the clock of an account, and keeps in its journal how far. Ask it with the account's lock held.

    Attributes:
        asked: the monotonic second at which somebody last asked for anything but the status.
    """

    def __init__(self, account: JournaledAccount):
        self._account = account
        self.asked = time.monotonic()

    def arrive(self) -> None:
        """Move time to this moment, and work off what was due."""
        account, self.asked = self._account, time.monotonic()
        idle = account.pace.note_request()
        until = account.pace.target(account.clock.now)
        self.run(until, seconds=ARRIVAL)
        if account.clock.now < until and not idle:
            self._fall_behind()
        if idle:
            account.notices.append(
                f"Nobody asked the sandbox anything for {_spoken(idle)}, so its clock stood meanwhile."
            )
            account.go_on()
        self.watch()

    def run(
        self, until: float, most: int = 10_000, *, to_change: bool = False, seconds: float = ADVANCE
    ) -> int:
        """Run the world to virtual second `until`, or (`to_change`) to where something changed before that;
        the number of events that happened.

        What happens is a function of the journal and of how far time came, so the latter is kept too; that is
        why `seconds`, the wall time after which it stops early, decides nothing in a replay.
        """
        account, clock = self._account, self._account.clock
        before, late = clock.now, time.monotonic() + seconds
        happened = clock.run(until, most, to_change=to_change, enough=lambda: time.monotonic() > late)
        if happened or (account.pace.mode == "stepped" and clock.now > before):
            account.writer.note(clock.now, "time", {})
        account.snapshots.happened(happened)
        if happened:
            account.keep_snapshot()
        return happened

    def watch(self) -> None:
        """Let time go slowly while there is a first task to watch, but not where timestamps are wall time."""
        account = self._account
        age = account.backend.first_start()
        first_task = age is not None and age < WATCHED_FOR and account.clock.durations.model == "drawn"
        account.pace.watch(account.clock.now, first_task)

    def _fall_behind(self) -> None:
        """Let time go on from here: this machine is too slow for what the containers do in it."""
        if BEHIND not in self._account.notices:
            self._account.notices.append(BEHIND)
        self._account.go_on()


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{minutes / 60:.0f} hours"
