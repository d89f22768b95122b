"""Judges all alarms of an account as time goes on: each minute, or oftener where periods are shorter.

While nothing would change, no minute is an event of its own: it is asked beforehand until when that is so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.cloudwatch.alarms import Alarms
from ecslab.sandbox.world.time.clock import Clock

__all__ = ["LAG", "Evaluator"]

LAG: Final = 5.0
"""Seconds from a period's end to its evaluation. U: captures have between 2 seconds and 2 minutes."""
_MINUTE: Final = 60
_SHORT: Final = 10  # seconds: every period below a minute is a multiple of it


@dataclass(slots=True, eq=False)
class Evaluator:
    """Judges the alarms of all Regions.

    Attributes:
        judged: the Regions' alarms.
        step: seconds from one evaluation to the next; 0 while there are no alarms.
        plan: which of the plans on the clock counts: earlier ones come to nothing.
    """

    clock: Clock
    judged: list[Alarms] = field(default_factory=list)
    step: int = 0
    plan: int = 0

    def begin(self) -> None:
        """Judge from the next full minute on, or the next part of one, if there are alarms to judge."""
        periods = [alarm.period for alarms in self.judged for alarm in alarms.all()]
        step = 0 if not periods else _SHORT if min(periods) < _MINUTE else _MINUTE
        if step == self.step:
            return
        self.step, self.plan = step, self.plan + 1
        if step:
            self.clock.after(self._until_next(), _Tick(self, self.plan))

    def moment(self, virtual: float) -> float:
        """The epoch second that is judged at a virtual one: the full minute before it, or part of one."""
        step = self.step or _MINUTE
        return (self.clock.timestamp_at(virtual) - LAG + step / 2) // step * step

    def judge(self) -> bool:
        """Judge what is due now."""
        moment, anything = self.moment(self.clock.now), False
        for alarms in self.judged:
            alarms.store.catch_up(moment)
            anything |= alarms.judge(moment)
        return anything

    def is_quiet(self, virtual: float) -> bool:
        """Whether nothing would change at a virtual second ahead, if nothing else happens until then."""
        moment = self.moment(virtual)
        for alarms in self.judged:
            alarms.store.catch_up(moment)
            if not alarms.is_quiet(moment):
                return False
        return True

    def _until_next(self) -> float:
        now = self.clock.timestamp() - LAG
        return self.step - now % self.step


@dataclass(slots=True, eq=False)
class _Tick:
    """One plan of an evaluator."""

    evaluator: Evaluator
    plan: int

    def __call__(self) -> bool:
        evaluator = self.evaluator
        if self.plan != evaluator.plan:
            return False
        anything = evaluator.judge()
        if self.plan == evaluator.plan:
            evaluator.clock.every(evaluator.step, self, self.again, self.quiet)
        return anything

    def quiet(self, virtual: float) -> bool:
        return self.plan == self.evaluator.plan and self.evaluator.is_quiet(virtual)

    def again(self, passed: Sequence[float]) -> None:
        moments = [self.evaluator.moment(virtual) for virtual in (passed[0], passed[-1])]
        for alarms in self.evaluator.judged:
            alarms.pass_quietly(moments)
