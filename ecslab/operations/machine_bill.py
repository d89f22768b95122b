"""What the machines cost on which tasks run, where that is not Fargate: lines of a bill.

https://aws.amazon.com/ec2/pricing/on-demand/
https://aws.amazon.com/ecs/anywhere/pricing/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.operations import instance_prices, prices
from ecslab.resources.machines import machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef

Item = tuple[str, float, float]
"""What it is, how much of it, and dollars an hour for each."""


def items(lab: Connection, tasks: Iterable[TaskTypeDef]) -> Iterator[Item]:
    """The machines of some tasks, each once however many of them it runs; public addresses are left out.

    Args:
        tasks: as DescribeTasks shows them; those on Fargate have no machine.
    """
    ids = set(_machines(lab, tasks))
    outside = sum(map(machine_reader.is_outside, ids))
    shown = on_ec2(lab, ids)
    for (label, hour), count in sorted(Counter(map(_priced, shown)).items()):
        yield f"{label} instance{'s' * (count > 1)}", count, hour
    if shown:
        sizes = sum(instance_prices.root_volume(each) for each in shown)
        yield "GB of their volumes", sizes, round(instance_prices.volume_hour(1), 9)
    if outside:
        yield f"machine{'s' * (outside > 1)} outside AWS", outside, prices.EXTERNAL_INSTANCE_HOUR


def addresses(lab: Connection, tasks: Iterable[TaskTypeDef]) -> int:
    """How many of the instances of some tasks have a public IPv4 address."""
    return sum("PublicIpAddress" in each for each in on_ec2(lab, set(_machines(lab, tasks))))


def on_ec2(lab: Connection, ids: Iterable[str]) -> list[InstanceTypeDef]:
    """The EC2 instances among these machines, as DescribeInstances shows them."""
    wanted = [each for each in sorted(ids) if not machine_reader.is_outside(each)]
    return list(machine_reader.instances(lab, {"instance-id": wanted})) if wanted else []


def _machines(lab: Connection, tasks: Iterable[TaskTypeDef]) -> Iterator[str]:
    by_cluster: dict[str, set[str]] = {}
    for task in tasks:
        if "containerInstanceArn" in task:
            by_cluster.setdefault(task["clusterArn"], set()).add(task["containerInstanceArn"])
    for cluster, arns in by_cluster.items():
        for shown in machine_reader.described(lab, cluster, sorted(arns)):
            yield shown["ec2InstanceId"]


def _priced(instance: InstanceTypeDef) -> tuple[str, float]:
    """What a bill calls an instance, and dollars an hour for it without volume and address."""
    kind, managed = instance["InstanceType"], machine_reader.is_managed(instance)
    spot = instance.get("InstanceLifecycle") == "spot"
    hour = instance_prices.hour(kind, spot=spot, managed=managed)
    if hour is None:
        return f"{kind} (its price is not known here)", 0.0
    return f"{kind}{' Spot, about' * spot}{' managed, about' * managed}", round(hour, 6)
