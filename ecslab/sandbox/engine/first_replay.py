"""The replay at a start: a journal that cannot be replayed is set aside, and an empty one begins."""

import traceback
from collections.abc import Callable
from typing import Final

from ecslab.sandbox.engine import replay_watch
from ecslab.sandbox.engine.journaled_account import JournaledAccount
from ecslab.sandbox.engine.pace import DEFAULT_SPEED
from ecslab.sandbox.journal.journal import REPLAYING

MOST_FAILURES: Final = 3  # attempts to replay a journal, or an empty one after it
GiveUp = Callable[[replay_watch.Progress], None]


def begin(account: JournaledAccount, give_up: GiveUp | None, *, eventual: bool) -> None:
    """Make the account from the journal.

    Args:
        give_up: called when one record takes so long that it will hardly end.
        eventual: whether changes are seen late in an account that begins empty.

    Raises:
        OSError: the disk cannot be read or written; the journal is left as it is.
    """
    before = replay_watch.left_behind(account.folder)
    if before and before.seconds >= replay_watch.STUCK and before.position <= len(account.journal):
        _set_aside(account, before.position, f"it did not return in {before.seconds:.0f} seconds", eventual)
    failures: list[str] = []
    while True:
        try:
            with replay_watch.watched(account.folder, lambda: _position(account), give_up):
                account.rebuild()
            return
        except (OSError, MemoryError):
            raise
        except Exception as failure:
            traceback.print_exc()
            if repr(failure) in failures:  # twice the same: it will be so at every start
                _set_aside(account, _position(account), repr(failure), eventual)
            failures.append(repr(failure))
            if len(failures) > MOST_FAILURES:
                raise
            account.drop()


def _position(account: JournaledAccount) -> int:
    """The record that is replayed, from 1."""
    return account.replay.position if account.replay else 1


def _set_aside(account: JournaledAccount, position: int, why: str, eventual: bool) -> None:
    records = len(account.journal)
    aside = account.journal.set_aside()
    if account.folder is not None:
        (account.folder / REPLAYING).unlink(missing_ok=True)
    account.writer.begin(None, "paced", DEFAULT_SPEED, eventual=eventual)
    account.notices.append(
        f"The sandbox's journal cannot be replayed: at record {position} of {records}, {why}. It was set "
        f"aside and lies in {aside}; the sandbox began anew, empty. A saved session can be loaded."
    )
