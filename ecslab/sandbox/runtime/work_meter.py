"""Counts the work of programs, and says how long who did too much has to wait; numbers are in `limits`."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Final

__all__ = ["LINE", "Meter", "Work"]


@dataclass(frozen=True, slots=True)
class Work:
    """What is done at one moment.

    Attributes:
        steps: those that are taken.
        charged: steps that come with them, and so shorten what is saved alone.
        forgiven: of a debt that is left then, steps that are taken back.
    """

    steps: int = 0
    charged: int = 0
    forgiven: int = 0


LINE: Final = Work(charged=1)
"""A line of the log."""


class Meter:
    """Steps that were taken, and how long to wait for the next ones.

    Args:
        rate: steps in one virtual second.
        saved: steps at that rate before it is slowed to `lasting` in one virtual second.
    """

    __slots__ = ("_credit", "_drawn", "_owed", "lasting", "rate", "saved", "since", "used")

    def __init__(self, rate: int, saved: int, lasting: int):
        self.rate, self.saved, self.lasting = rate, saved, lasting
        self.used, self.since, self._credit = 0, 0.0, float(saved)
        self._drawn = 0  # of the credit, since: whole numbers, so that their order decides nothing
        self._owed: list[tuple[Sequence[float], float, Work]] | None = None

    @property
    def credit(self) -> float:
        """Steps that are saved; less than none is a debt."""
        if self._owed:
            self._settle()
        return self._credit - self._drawn

    def owe(self, moments: Sequence[float], period: float, work: Work) -> None:
        """Count work that was done at each of these moments, `period` seconds apart.

        Others may have worked at the same moments: what has the longer period was planned earlier then, and
        so came first.
        """
        if self._owed is None:
            self._owed = []
        self._owed.append((moments, period, work))

    def _settle(self) -> None:
        """Count what is owed, in the order in which it was done."""
        owed, self._owed = self._owed or [], None
        full = self._full_at(owed)
        if full:
            self._credit, self._drawn, self.since = float(self.saved), 0, full - 2.0
        done = [
            (moment, -period, place, work)
            for place, (moments, period, work) in enumerate(owed)
            for moment in (moments[bisect_left(moments, full) :] if full else moments)
        ]
        done.sort(key=itemgetter(0, 1, 2))
        for moment, _, _, work in done:
            self._pass(moment)
            self.used += work.steps
            self._drawn += work.steps + work.charged
            if work.forgiven:
                self._forgive(work.forgiven)

    def _full_at(self, owed: "list[tuple[Sequence[float], float, Work]]") -> float | None:
        """A late moment of these at which all is saved that may be, so that those before it need not be
        counted; None if none is known.

        At a moment after a gap it is so if from each moment before, and from now, more came back until then
        than was taken: of each work, that of one moment and of one more in each period.
        """
        burst = sum(work.steps + work.charged for _, _, work in owed)
        spare = self.lasting - sum((work.steps + work.charged) / period for _, period, work in owed)
        longest = max(period for _, period, _ in owed)
        late = max(moments[-1] for moments, _, _ in owed) - 2 * longest
        tail = sorted({moment for moments, _, _ in owed for moment in moments[bisect_left(moments, late) :]})
        missing = self.saved - self._credit + self._drawn + burst + 1
        for before, moment in reversed([*pairwise(tail)]):
            if moment - before >= 1.0 and burst + 1 <= spare * (moment - before):
                return moment if missing <= spare * (moment - self.since) else None
        return None

    def _pass(self, now: float) -> None:
        """Bring back what comes back by now, once in a second."""
        passed = now - self.since
        if passed >= 1.0:
            self._credit = min(float(self.saved), self._credit - self._drawn + passed * self.lasting)
            self.since, self.used, self._drawn = now, 0, 0

    def _forgive(self, steps: int) -> None:
        credit = self._credit - self._drawn
        if credit < 0:
            self._credit, self._drawn = min(0.0, credit + steps), 0

    def add(self, steps: int, now: float) -> None:
        if self._owed:
            self._settle()
        self._pass(now)
        self.used += steps
        self._drawn += steps

    def charge(self, steps: int) -> None:
        """Count work that comes with a step: it shortens what is saved, and nothing in this second."""
        if self._owed:
            self._settle()
        self._drawn += steps

    def forgive(self, steps: int) -> None:
        """Take back the debt of somebody who is gone."""
        if self._owed:
            self._settle()
        self._forgive(steps)

    def wait(self) -> float:
        """Virtual seconds to wait before the next step, now that these were taken; 0 if none."""
        if self._owed:
            self._settle()
        full, left = divmod(self.used, self.rate)
        if not full:
            return 0.0
        self.used = left
        return full * self._each()

    def crowded(self, now: float) -> float:
        """Virtual seconds until there is room for more in this second, which several share; 0 if there is."""
        credit = self.credit
        if credit < 0:  # the longer it lasts, the longer each waits, until all take `lasting` together
            return self._each() * (1.0 - credit / self.saved) if self.used >= self.lasting else 0.0
        return max(self.since + 1.0 - now, 0.0) if self.used >= self.rate else 0.0

    def _each(self) -> float:
        return 1.0 if self.credit >= 0 else self.rate / self.lasting
