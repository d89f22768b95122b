"""The same page on every kind of capacity, and what that costs. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.figures import Figure, curve
from ecslab.operations import prices
from ecslab.operations.capacity.agreement import agree, must_be_agreed
from ecslab.operations.capacity.cases import cases
from ecslab.operations.capacity.placement_puzzle import Puzzle, delete_puzzle, puzzle
from ecslab.resources import (
    arguments,
    external_machine,
    instance_group,
    managed_instances,
    metrics,
    service,
    task_definition,
)
from ecslab.resources.instance_group import GROUP, MOST, TYPE
from ecslab.resources.metrics import Metric
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

PAGE: Final = "adgu-page"
"""Family and service of the page on machines; the lesson's own family is for Fargate alone."""
CPU, MEMORY = 512, 1024
"""Of each of its tasks: CPU units and MiB, which Fargate takes too."""
MIXED: Final = "adgu-mixed"
"""The service on Fargate and Fargate Spot."""
MANAGED: Final = managed_instances.PROVIDER
"""The service on Managed Instances, and its capacity provider."""
MANAGED_TYPE: Final = "c7a.medium"  # U: AWS chooses
"""What AWS is taken to choose for that service, where a price is asked for before."""
_MANAGED_INSTANCES: Final = 2
_FARGATE, _SPOT = 2, 3

__all__ = [
    "CPU", "MANAGED", "MANAGED_TYPE", "MEMORY", "MIXED", "PAGE", "Puzzle", "agree", "break_even_curve",
    "cases", "delete", "delete_puzzle", "instance_hour", "managed_hour", "page", "price", "puzzle",
    "reservation", "reservation_metric", "task_hour",
]  # fmt: skip


def page(lab: Connection, budget: float | None = None) -> ServiceTypeDef:
    """The service `adgu-page` with the launch type EC2 and two tasks, made with its family if not there.

    Args:
        budget: US dollars that you agree to; asked for on a real account, where it has to cover two hours.

    Raises:
        NotConfirmed: on a real account, without a budget that covers them; the message says the price.
        NotThere: cluster, image or execution role is missing.
    """
    must_be_agreed(lab, budget, sum(amount for _, amount in _items()), "this notebook", again=True)
    name = lab.name(PAGE)
    definition = task_definition.register(
        lab, family=name, cpu=CPU, memory=MEMORY, networkMode="bridge",
        requiresCompatibilities=["EC2", "EXTERNAL"],
    )["taskDefinitionArn"]  # fmt: skip
    existing = service_reader.find(lab, name)
    return existing or service.create(lab, definition, name=name, launchType="EC2", networkConfiguration=None)


def _items() -> list[tuple[str, float]]:
    """What the notebook has at the most, and what each costs in an hour."""
    size = (CPU // 2, MEMORY // 2)
    return [
        (f"{MOST} instances {TYPE}, with disk and address", MOST * prices.instance_hour(TYPE)),
        (f"{_MANAGED_INSTANCES} Managed Instances (about {MANAGED_TYPE}), with disk and address",
         _MANAGED_INSTANCES * managed_hour()),
        (f"{_FARGATE} tasks on Fargate", _FARGATE * prices.task_hour(*size)),
        (f"{_SPOT} tasks on Fargate Spot (about)", _SPOT * prices.task_hour(*size, spot=True)),
        ("1 machine outside AWS", prices.EXTERNAL_INSTANCE_HOUR),
        ("2 alarms", 2 * prices.of_alarm(60)),
    ]  # fmt: skip


def reservation_metric(lab: Connection) -> Metric:
    """How many instances are needed, in percent of those that run: what managed scaling goes by."""
    where = {"CapacityProviderName": lab.name(GROUP), "ClusterName": lab.names.cluster}
    return Metric("AWS/ECS/ManagedScaling", "CapacityProviderReservation", where, "Maximum")


def reservation(lab: Connection, minutes: int = 15) -> Table:
    """CapacityProviderReservation of the lesson's capacity provider, where it changed. Shows itself.

    Args:
        minutes: how far back.

    Raises:
        BadArgument: it is no whole number from 1 on.
    """
    arguments.lab(lab)
    arguments.count("minutes", minutes, 1)
    end = metrics.now(lab)
    wanted = {"reservation": reservation_metric(lab)}
    points = metrics.read(lab, wanted, end - timedelta(minutes=minutes), end)["reservation"]
    changes = [
        point
        for before, point in zip([None, *points], points, strict=False)
        if not before or before[1] != point[1]
    ]
    rows = tuple((f"{at:%H:%M}", f"{value:g} %") for at, value in changes)
    return Table("" if rows else "No datapoint yet.", ("AWS time", "CapacityProviderReservation"), rows)


def price() -> Table:
    """What an hour of all that notebook 11 makes costs on a real account, at the most. Shows itself.

    The puzzle's instances come later, when these are deleted, and are fewer.
    """
    items = _items()
    rows = [(what, prices.dollars(amount)) for what, amount in items]
    rows.append(("together", prices.dollars(sum(amount for _, amount in items))))
    return Table(f"us-east-1, on demand, {prices.DATES}", ("what", "an hour"), tuple(rows))


def break_even_curve(fits: int, instance_type: str = TYPE) -> Figure:
    """What an hour of one task costs, by how full the instances are: EC2, Managed Instances, Fargate, Spot.

    Args:
        fits: how many tasks of the page fit on one instance.
        instance_type: one whose price is known.

    Raises:
        BadArgument: `fits` is no whole number from 1 on.
        NotThere: the price of the type is not known.
    """
    arguments.count("fits", fits, 1)
    shares = range(20, 101, 5)
    flat = {
        "Fargate": task_hour(),
        "Fargate Spot (about)": task_hour(spot=True),
    }
    full = {
        f"EC2, {instance_type}": instance_hour(instance_type),
        "Managed Instances, the same type": prices.instance_hour(
            instance_type, public_ip=False, managed=True
        ),
    }
    series = {
        name: [(share, cents(hour / fits / share * 100)) for share in shares] for name, hour in full.items()
    }
    series |= {name: [(share, cents(hour)) for share in (shares[0], 100)] for name, hour in flat.items()}
    return curve(
        series, title=f"An hour of one task of {CPU} CPU units and {MEMORY} MiB (us-east-1, {prices.DATES})",
        x="percent of the instance's places that are taken", y="US cents an hour", smooth=True,
    )  # fmt: skip


def delete(lab: Connection) -> None:
    """Delete all that notebook 11 makes: services, machines, instances, providers, templates, roles.

    Tasks that belong to no service, and that run on instances, end with these.
    """
    arguments.lab(lab)
    for name in (PAGE, MANAGED, MIXED):
        service.delete(lab, lab.name(name))
    external_machine.delete(lab)
    managed_instances.delete(lab)
    instance_group.delete(lab)
    delete_puzzle(lab)


def instance_hour(instance_type: str = TYPE) -> float:
    """US dollars that an hour of one EC2 instance costs with its disk, without a public address."""
    return prices.instance_hour(instance_type, public_ip=False)


def managed_hour(instance_type: str = MANAGED_TYPE) -> float:
    """US dollars that an hour of one Managed Instance costs with its fee, disk and public address, about.

    Raises:
        NotThere: no price of this type is known here.
    """
    return prices.instance_hour(instance_type, managed=True)


def task_hour(*, spot: bool = False) -> float:
    """US dollars that an hour of one task of the page would cost on Fargate, without a public address."""
    return prices.task_hour(CPU, MEMORY, public_ip=False, spot=spot)


def cents(dollars: float) -> float:
    """US cents, to the hundredth."""
    return round(100 * dollars, 2)
