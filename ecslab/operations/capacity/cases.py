"""When which kind of capacity: cases, each with what a month of it costs here and there. Stage 11."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from ecslab.display.tables import Table
from ecslab.operations import prices
from ecslab.resources.instance_group import TYPE

DAYS: Final = prices.MONTH_HOURS / 24
FIT: Final = 3
"""Tasks of half a vCPU and 1 GB on one instance, as the notebook has found."""
_SMALL, _TASK = (256, 512), (512, 1024)


@dataclass(frozen=True)
class Case:
    """A workload, and where it belongs.

    Attributes:
        what: the workload.
        month: US dollars a month, by place.
        where: the place that the lesson chooses; one of `month`.
        because: what decides beside the price.
    """

    what: str
    month: Mapping[str, float]
    where: str
    because: str


def all_cases() -> tuple[Case, ...]:
    """The cases of the lesson, at the prices of `prices`, without public addresses."""
    small, task = (prices.task_hour(*size, public_ip=False) for size in (_SMALL, _TASK))
    spot = prices.task_hour(*_TASK, public_ip=False, spot=True)
    instance = prices.instance_hour(TYPE, public_ip=False)
    managed = prices.instance_hour(TYPE, public_ip=False, managed=True)
    hours, nights, full = prices.MONTH_HOURS, 2 * DAYS, ceil(200 / (FIT * 0.9))
    pictures = 100 * DAYS
    on_lambda = pictures * (5 * prices.LAMBDA_GB_SECOND + prices.LAMBDA_REQUEST)
    return (
        Case("a shop of three people: two services of two small tasks each",
             {"Fargate": 4 * small * hours, "two EC2 instances": 2 * instance * hours},
             "Fargate", "no instance to patch, and two zones from the start"),
        Case("photographs: four tasks, two hours each night; each can start again",
             {"Fargate": 4 * task * nights, "Fargate Spot": 4 * spot * nights,
              "two EC2 instances, all day": 2 * instance * hours},
             "Fargate Spot", "an interruption costs only time"),
        Case("200 equal tasks, day and night, on instances that are 90 % full",
             {"Fargate": 200 * task * hours, "EC2": full * instance * hours,
              "Managed Instances": full * managed * hours},
             "EC2", "above the break-even all the time; Managed Instances, if patches cost you more than the "
             "difference, or where a GPU is needed"),
        Case("tills in 300 shops, which must work without a line",
             {"External": 300 * prices.EXTERNAL_INSTANCE_HOUR * hours},
             "External", "the machines are there anyway, and tasks go on while AWS is away"),
        Case("a small copy of each picture: 100 a day, 5 GB-seconds of work each",
             {"Lambda": on_lambda, "a Fargate task that waits": task * hours},
             "Lambda", "nothing runs, and nothing is paid, between two pictures"),
        Case("a company that runs Kubernetes in its own data centre",
             {"EKS, before anything runs": prices.EKS_CLUSTER_HOUR * hours, "ECS, before anything runs": 0.0},
             "EKS, before anything runs", "one tool and one format everywhere; the price is the fee, and the "
             "upgrades"),
    )  # fmt: skip


def cases() -> Table:
    """A month of each case here and there, and where it belongs. Shows itself."""
    rows = []
    for case in all_cases():
        month = "; ".join(f"{where}: {_dollars(amount)}" for where, amount in case.month.items())
        rows.append((case.what, month, case.where.partition(",")[0], case.because))
    title = f"US dollars a month, us-east-1, on demand, {prices.DATES}; no public addresses"
    return Table(title, ("a case", "a month", "where", "because"), tuple(rows))


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
