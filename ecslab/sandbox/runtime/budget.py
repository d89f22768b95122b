"""What an account, a task and a container may use, and what a command beside a container's program does.

The numbers are in `limits`.
"""

from collections.abc import Sequence
from weakref import WeakValueDictionary

from ecslab.sandbox.runtime import limits
from ecslab.sandbox.runtime.log_rate import LogRate
from ecslab.sandbox.runtime.pools import Pool
from ecslab.sandbox.runtime.work_meter import LINE, Meter, Work
from ecslab.sandbox.world.time.clock import Again

__all__ = ["AccountBudget", "CommandBudget", "ContainerBudget", "TaskBudget"]


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
