"""What a task, a service and its load balancer cost while nobody visits them. Stages 04, 06, 07 and 11.

https://aws.amazon.com/fargate/pricing/
https://aws.amazon.com/elasticloadbalancing/pricing/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere
from ecslab.operations import machine_bill, prices, verify
from ecslab.resources import load_balancer, service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


_ADDRESS, _ADDRESSES = "public IPv4 address", "public IPv4 addresses"


@dataclass(frozen=True, repr=False)
class Bill(ShownAsTable):
    """What a service's tasks cost in some hours. Shows itself.

    Attributes:
        hours: how many.
        tasks: how many ran.
        vcpu, memory: of those that run on Fargate on demand, together, in vCPU and GB.
        spot_vcpu, spot_memory: of those on Fargate Spot, whose price AWS changes.
        machines: what those cost that run tasks elsewhere than on Fargate; see `machine_bill`.
        addresses: public IPv4 addresses, of tasks and of machines.
        visits: lines that they wrote meanwhile; None where their logs cannot be read.
        passed: whether the hours passed; else they are reckoned ahead.
    """

    hours: float
    tasks: int
    vcpu: float
    memory: float
    visits: int | None
    passed: bool
    spot_vcpu: float = 0.0
    spot_memory: float = 0.0
    machines: tuple[machine_bill.Item, ...] = ()
    addresses: int = 0

    @property
    def total(self) -> float:
        """US dollars for these hours."""
        return sum(amount * self.hours * price for _, amount, price in self._items())

    @property
    def month(self) -> float:
        """US dollars for a month like this."""
        return self.total / self.hours * prices.MONTH_HOURS

    def _items(self) -> tuple[tuple[str, float, float], ...]:
        vcpu, memory = prices.VCPU_HOUR["X86_64"], prices.GB_HOUR["X86_64"]
        items = (
            ("vCPU", self.vcpu, vcpu),
            ("GB of memory", self.memory, memory),
            ("vCPU on Spot, about", self.spot_vcpu, round(vcpu * prices.SPOT_SHARE, 6)),
            ("GB of memory on Spot, about", self.spot_memory, round(memory * prices.SPOT_SHARE, 6)),
            *self.machines,
            (_ADDRESS if self.addresses == 1 else _ADDRESSES, self.addresses, prices.PUBLIC_IPV4_HOUR),
        )
        return tuple(item for item in items if item[1])

    def _table(self) -> Table:
        visits = "visits unknown" if self.visits is None else _counted(self.visits, "visit")
        how = "" if self.passed else " (reckoned ahead: on a real account nobody waits for it)"
        title = f"{_counted(self.hours, 'hour')}, {_counted(self.tasks, 'task')}, {visits}{how}"
        rows = [
            (f"{amount:g} {what}", f"${price:g} an hour", prices.dollars(amount * self.hours * price))
            for what, amount, price in self._items()
        ]
        rows.append(("together", "", prices.dollars(self.total)))
        rows.append(("a month like this", "", prices.dollars(self.month)))
        return Table(title, ("what", "price", f"for {_counted(self.hours, 'hour')}"), tuple(rows))


@dataclass(frozen=True, repr=False)
class BalancerBill(ShownAsTable):
    """What a load balancer costs in a month without visitors, and a second one beside it. Shows itself.

    Attributes:
        zones: in how many it stands; it has a public address in each.
        network: whether it is a Network Load Balancer.
    """

    zones: int
    network: bool

    @property
    def month(self) -> float:
        """US dollars for a month of one."""
        return prices.balancer_hour(self.zones, self.network) * prices.MONTH_HOURS

    def _table(self) -> Table:
        hour, unit = prices.ALB_HOUR, prices.ALB_LCU_HOUR
        if self.network:
            hour, unit = prices.NLB_HOUR, prices.NLB_LCU_HOUR
        addresses = _counted(self.zones, _ADDRESS, _ADDRESSES)
        rows = (
            ("the load balancer", f"${hour:g} an hour", prices.dollars(hour * prices.MONTH_HOURS)),
            (addresses, f"${prices.PUBLIC_IPV4_HOUR:g} an hour each",
             prices.dollars(self.zones * prices.PUBLIC_IPV4_HOUR * prices.MONTH_HOURS)),
            ("together", "", prices.dollars(self.month)),
            ("with a second one like it", "", prices.dollars(2 * self.month)),
            ("each capacity unit (LCU) in use", f"${unit:g} an hour", "on top"),
        )  # fmt: skip
        title = f"without visitors, us-east-1, {prices.AS_OF}"
        return Table(title, ("what", "price", f"a month ({prices.MONTH_HOURS} hours)"), rows)


def task(task: TaskTypeDef) -> Table:
    """What one running task costs an hour and a month, its public address apart.

    Args:
        task: as DescribeTasks shows it.
    """
    cpu, memory = int(task["cpu"]), int(task["memory"])
    size = f"the task: {cpu / 1024:g} vCPU, {memory / 1024:g} GB"
    spot = prices.is_spot(task)
    if spot:
        size += ", on Fargate Spot (about)"
    compute = prices.task_hour(cpu, memory, public_ip=False, spot=spot)
    hours = {size: compute, f"its {_ADDRESS}": prices.PUBLIC_IPV4_HOUR}
    hours["together"] = sum(hours.values())
    rows = tuple(
        (what, prices.dollars(hour), prices.dollars(hour * prices.MONTH_HOURS))
        for what, hour in hours.items()
    )
    return Table(f"us-east-1, {prices.AS_OF}", ("what", "an hour", "a month"), rows)


def balancer(lab: Connection, name: str | None = None) -> BalancerBill:
    """What a load balancer costs, visited or not.

    Args:
        name: the lesson's unless given.

    Raises:
        NotThere: there is none of that name.
    """
    described = load_balancer.find(lab, name)
    if not described:
        raise NotThere(
            f"there is no load balancer {name or lab.names.load_balancer}, so it costs nothing.\n"
            "  next: load_balancer.create(lab), in notebook 07"
        )
    return BalancerBill(len(described["AvailabilityZones"]), described["Type"] == "network")


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
    billed = [task for task in running if prices.is_fargate(task)]
    on_spot = [task for task in billed if prices.is_spot(task)]
    on_demand = [task for task in billed if task not in on_spot]
    return Bill(
        hours=hours,
        tasks=len(running),
        vcpu=_sum("cpu", on_demand),
        memory=_sum("memory", on_demand),
        spot_vcpu=_sum("cpu", on_spot),
        spot_memory=_sum("memory", on_spot),
        visits=None if before is None or after is None else after - before,
        passed=lab.where == "sandbox",
        machines=tuple(machine_bill.items(lab, running)),
        addresses=len(billed) + machine_bill.addresses(lab, running),
    )


def _sum(what: Literal["cpu", "memory"], tasks: list[TaskTypeDef]) -> float:
    """Of so many tasks, in vCPU or GB."""
    return sum(int(task[what]) for task in tasks) / 1024


def _lines(lab: Connection, tasks: list[TaskTypeDef]) -> int | None:
    """How many lines the tasks have written: a web server writes one for each visit."""
    try:
        return sum(len(verify.logs(lab, task)) for task in tasks)
    except NotThere:
        return None


def _counted(number: float, singular: str, many: str = "") -> str:
    """`1 task`, `2 tasks`."""
    return f"{number:g} {singular if number == 1 else many or f'{singular}s'}"
