"""What a service costs while nobody visits it. Stages 06 and 11.

https://aws.amazon.com/fargate/pricing/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere
from ecslab.operations import prices, verify
from ecslab.resources import service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


@dataclass(frozen=True, repr=False)
class Bill(ShownAsTable):
    """What a service's tasks cost in some hours. Shows itself.

    Attributes:
        hours: how many.
        tasks: how many ran.
        vcpu, memory: of all of them together, in vCPU and GB.
        visits: lines that they wrote meanwhile; None where their logs cannot be read.
        passed: whether the hours passed; else they are reckoned ahead.
    """

    hours: float
    tasks: int
    vcpu: float
    memory: float
    visits: int | None
    passed: bool

    @property
    def total(self) -> float:
        """US dollars for these hours."""
        return sum(amount * self.hours * price for _, amount, price in self._items())

    @property
    def month(self) -> float:
        """US dollars for a month like this."""
        return self.total / self.hours * prices.MONTH_HOURS

    def _items(self) -> tuple[tuple[str, float, float], ...]:
        return (
            ("vCPU", self.vcpu, prices.VCPU_HOUR["X86_64"]),
            ("GB of memory", self.memory, prices.GB_HOUR["X86_64"]),
            ("public IPv4 addresses", self.tasks, prices.PUBLIC_IPV4_HOUR),
        )

    def _table(self) -> Table:
        visits = "visits unknown" if self.visits is None else f"{self.visits} visits"
        how = "" if self.passed else " (reckoned ahead: on a real account nobody waits for it)"
        title = f"{self.hours:g} hours, {self.tasks} tasks, {visits}{how}"
        rows = [
            (f"{amount:g} {what}", f"${price:g} an hour", prices.dollars(amount * self.hours * price))
            for what, amount, price in self._items()
        ]
        rows.append(("together", "", prices.dollars(self.total)))
        rows.append(("a month like this", "", prices.dollars(self.month)))
        return Table(title, ("what", "price", f"for {self.hours:g} hours"), tuple(rows))


def idle(lab: Connection, hours: float = 10, name: str | None = None) -> Bill:
    """Let some hours pass in which nobody visits, and say what the service's tasks cost in them.

    On the sandbox the hours pass in a moment; on a real account they are only reckoned.

    Args:
        hours: more than 0, at most a week.
        name: the lesson's service unless given.

    Raises:
        NotThere: the service has no tasks.
    """
    if not 0 < hours <= 168:
        raise ValueError(f"hours must be more than 0 and at most 168, got {hours!r}")
    running = service.tasks(lab, name)
    if not running:
        raise NotThere(
            "the service has no tasks, so it costs nothing.\n  next: service.create(lab), in notebook 06"
        )
    before = _lines(lab, running)
    if lab.where == "sandbox":
        lab.control("advance", seconds=hours * 3600)
    after = _lines(lab, running)
    return Bill(
        hours=hours,
        tasks=len(running),
        vcpu=sum(int(task["cpu"]) for task in running) / 1024,
        memory=sum(int(task["memory"]) for task in running) / 1024,
        visits=None if before is None or after is None else after - before,
        passed=lab.where == "sandbox",
    )


def _lines(lab: Connection, tasks: list[TaskTypeDef]) -> int | None:
    """How many lines the tasks have written: a web server writes one for each visit."""
    try:
        return sum(len(verify.logs(lab, task)) for task in tasks)
    except NotThere:
        return None
