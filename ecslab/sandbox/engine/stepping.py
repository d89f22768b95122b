"""One step of the clock by hand: to the next moment at which somebody who looks sees something new."""

from typing import Final, Protocol

from ecslab.sandbox.world.time.clock import Clock

FARTHEST: Final = 3600.0  # virtual seconds that one step goes at most
_IN_VAIN: Final = 300.0  # virtual seconds of checks that change nothing, after which a step ends


class Run(Protocol):
    """`Timekeeper.run`."""

    def __call__(self, until: float, *, to_change: bool) -> int: ...


def to_next_change(clock: Clock, run: Run) -> tuple[int, str]:
    """Go there: how many events happened, and why nothing changed, or "".

    What repeats every some hours what is known already is no reason to go anywhere. Health checks are, for at
    most `_IN_VAIN` seconds: whether the next one changes something is known only when it has happened.
    """
    before, changes = clock.now, clock.changes
    events, farthest = 0, FARTHEST
    while (due := clock.next_news_at()) is not None and due <= before + farthest:
        events += run(due, to_change=True)
        if clock.changes > changes:
            return events, ""
        if clock.now < due:
            break  # so much happened on the way that the sandbox stopped: the next step goes on
        farthest = _IN_VAIN
    return events, _nothing(clock.now - before, None if due is None else due - clock.now)


def _nothing(passed: float, ahead: float | None) -> str:
    """That nothing changed in `passed` seconds, and how far `ahead` the next event is, if there is one."""
    if ahead is None:
        seen = f"Nothing changed in {passed:.0f} s, and nothing" if passed else "Nothing"
        return f"{seen} is waiting to happen."
    seen = f"Nothing changed in {passed:.0f} s" if passed else "Nothing happens within an hour"
    return f"{seen}; the next event is {_spoken(ahead)} ahead."


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} hours"
