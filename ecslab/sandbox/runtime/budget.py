"""Counts what containers use, and says when it is too much. The numbers are in `limits`."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Final
from weakref import WeakValueDictionary

from ecslab.sandbox.runtime import limits
from ecslab.sandbox.world.time.clock import Again

__all__ = ["AccountBudget", "ContainerBudget", "Full", "LogRate", "Meter", "Pool", "TaskBudget", "weight"]

ENTRY: Final = 64
"""Bytes that a value costs beside its text, or a name in a table."""


def weight(text: str) -> int:
    """Bytes of memory that a text takes, about."""
    return ENTRY + len(text) * (1 if text.isascii() else 4)


class Full(Exception):
    """A pool has not that much left. `whose` says whose it is."""

    def __init__(self, whose: str, limit: int):
        super().__init__(f"{whose} may use {limit / limits.MIB:g} MiB")
        self.whose = whose


class Pool:
    """Bytes that may be used; what is taken from it is taken from the pool above it too."""

    __slots__ = ("__weakref__", "_above", "_closed", "limit", "used", "whose")

    def __init__(self, whose: str, limit: int, above: "Pool | None" = None):
        self.whose, self.limit, self.used = whose, limit, 0
        self._above, self._closed = above, False

    def take(self, amount: int) -> None:
        """Use so many bytes more; Full if this pool or one above it has not so many, and none are used."""
        pool: Pool | None = self
        while pool is not None:
            if pool.used + amount > pool.limit and amount > 0:
                raise Full(pool.whose, pool.limit)
            pool = pool._above
        self._add(amount)

    def give(self, amount: int) -> None:
        """Bring bytes back. Those of a closed pool are back already."""
        if not self._closed:
            self._add(-amount)

    def close(self) -> None:
        """Bring everything back; whoever used it is gone."""
        self.give(self.used)
        self._closed = True

    def _add(self, amount: int) -> None:
        pool: Pool | None = self
        while pool is not None:
            pool.used += amount
            pool = pool._above


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


class LogRate:
    """How much of a container's output its log still takes."""

    __slots__ = ("_bytes", "_lines", "_since", "_taken", "losing", "turns")
    LINES_A_SECOND: Final = 100
    BYTES_A_SECOND: Final = 65_536

    def __init__(self) -> None:
        self._lines, self._bytes = float(limits.LOG_LINES.container), float(limits.LOG_BYTES.container)
        self._since, self.losing = 0.0, False
        self._taken = 0, 0
        self.turns = 0  # how often something was taken

    def accepted(self, text: str, now: float) -> list[str]:
        """The lines of a text that are taken; `losing` says whether any were not."""
        self._fill(now)
        self.turns += 1
        within = text[: max(0, int(self._bytes))]
        offered = within.splitlines() if text else [""]
        lines = offered[: max(0, int(self._lines))]
        self._taken = len(lines), sum(map(weight, lines))
        self._lines -= self._taken[0]
        self._bytes -= self._taken[1]
        self.losing = len(within) < len(text) or len(lines) < len(offered)
        return lines

    @property
    def repeats(self) -> bool:
        """Whether one short line was taken last: so much comes back in a second."""
        return self._taken[0] == 1 and self._taken[1] < limits.STEP_BYTES and not self.losing

    def take_again(self, moments: Sequence[float]) -> None:
        """Take what was taken last once more at each of these moments, for which there is room."""
        self.turns += len(moments)
        lines, size = self._taken
        most_lines, most_bytes = limits.LOG_LINES.container, limits.LOG_BYTES.container
        left_lines, left_bytes = self._lines, self._bytes
        full = most_lines - lines, most_bytes - size
        for moment in moments:  # as `_fill` does
            passed, self._since = moment - self._since, moment
            left_lines = min(most_lines, left_lines + passed * self.LINES_A_SECOND) - lines
            left_bytes = min(most_bytes, left_bytes + passed * self.BYTES_A_SECOND) - size
            if (left_lines, left_bytes) == full and passed >= 1.0:
                self._since = moments[-1]
                break
        self._lines, self._bytes = left_lines, left_bytes

    def _fill(self, now: float) -> None:
        """Bring back what comes back by now."""
        passed, self._since = now - self._since, now
        self._lines = min(limits.LOG_LINES.container, self._lines + passed * self.LINES_A_SECOND)
        self._bytes = min(limits.LOG_BYTES.container, self._bytes + passed * self.BYTES_A_SECOND)


class AccountBudget:
    """What all containers of an account may use together."""

    def __init__(self) -> None:
        everyone = "all containers of the sandbox together"
        self.memory = Pool(everyone, limits.MEMORY.account)
        self.disk = Pool(everyone, limits.DISK.account)
        self.meter = Meter(limits.STEPS.account, limits.SAVED_STEPS.account, limits.LASTING_STEPS.account)
        self._tasks: WeakValueDictionary[str, TaskBudget] = WeakValueDictionary()

    def volume(self) -> Pool:
        """The room of a volume, for as long as its files last."""
        return Pool("a volume", limits.DISK.task, self.disk)

    def container(self, task_id: str, memory_mib: int | None) -> "ContainerBudget":
        """What one container of a task may use; `memory_mib` is its own limit."""
        task = self._tasks.get(task_id)
        if task is None:
            task = self._tasks[task_id] = TaskBudget(self)
        return ContainerBudget(task, memory_mib)


class TaskBudget:
    """What the containers of one task may use together; it lasts as long as one of theirs."""

    __slots__ = ("__weakref__", "account", "disk", "memory")

    def __init__(self, account: AccountBudget):
        self.account = account
        self.memory = Pool("a task", limits.MEMORY.task, account.memory)
        self.disk = Pool("a task", limits.DISK.task, account.disk)


class ContainerBudget:
    """What one container may use: its program, and the commands beside it."""

    __slots__ = ("_spent", "disk", "log", "memory", "meter", "noted", "own_disk", "task")

    def __init__(self, task: TaskBudget, memory_mib: int | None = None):
        own = limits.MEMORY.container
        limit = own if memory_mib is None else min(own, memory_mib * limits.MIB)
        self.task = task
        self.memory = Pool("a container", limit, task.memory)
        self.disk = Pool("a container", limits.DISK.container, task.disk)
        self.meter = Meter(
            limits.STEPS.container, limits.SAVED_STEPS.container, limits.LASTING_STEPS.container
        )
        self.log = LogRate()
        self.noted: list[str] = []
        self._spent = 0
        self.own_disk = True

    def beside(self) -> "CommandBudget":
        """The budget of a command beside the program: the same, but its memory ends with it."""
        budget = CommandBudget(self.task)
        budget.memory, budget.own_disk = Pool("a container", self.memory.limit, self.memory), False
        budget.disk, budget.meter, budget.noted = self.disk, self.meter, self.noted
        return budget

    def add(self, steps: int, now: float) -> None:
        """Count steps that are taken at this moment."""
        self.meter.add(steps, now)
        self.task.account.meter.add(steps, now)
        self._spent += steps

    def charge(self, steps: int) -> None:
        """Count work that comes with steps, such as a program that begins, or a line of the log."""
        self.meter.charge(steps)
        self.task.account.meter.charge(steps)
        self._spent += steps

    def log_again(self, moments: Sequence[float], period: float) -> None:
        """Count one line of the log at each of these moments, as `add` and `charge` do."""
        self.log.take_again(moments)
        self.meter.owe(moments, period, LINE)
        self.task.account.meter.owe(moments, period, LINE)
        self._spent += len(moments)

    def wait(self, now: float) -> float:
        """Virtual seconds to wait before the next step. Who takes few steps does not wait for the others."""
        busy = self.meter.used >= limits.FAIR_STEPS
        return max(self.meter.wait(), self.task.account.meter.crowded(now) if busy else 0.0)

    def close(self) -> None:
        """Bring back what the container used; its volumes' files stay."""
        self.memory.close()
        self.task.account.meter.forgive(self._spent)
        self._spent = 0
        if self.own_disk:
            self.disk.close()


class CommandBudget(ContainerBudget):
    """The budget of a command beside a container's program, which knows what the command took of it."""

    __slots__ = ("_charged", "_steps", "regular")

    def __init__(self, task: TaskBudget):
        super().__init__(task)
        self._steps = self._charged = 0
        self.regular = True  # whether it takes the same whenever it runs again

    def add(self, steps: int, now: float) -> None:
        super().add(steps, now)
        self._steps += steps
        self.regular &= self._steps < limits.FAIR_STEPS  # who takes few does not wait for others

    def charge(self, steps: int) -> None:
        super().charge(steps)
        self.regular &= self._steps > 0  # else it was charged to the moment before
        self._charged += steps

    def again(self, period: float, within: Sequence[Again]) -> Again:
        """What the command takes again at later moments, `period` seconds apart.

        Args:
            within: what else it leaves, before it ends.
        """
        own, everyone = self.meter, self.task.account.meter
        taken = Work(self._steps, self._charged)
        brought_back = Work(forgiven=self._steps + self._charged)

        def again(moments: Sequence[float]) -> None:
            own.owe(moments, period, taken)
            everyone.owe(moments, period, taken)
            for leave in within:
                leave(moments)
            everyone.owe(moments, period, brought_back)

        return again
