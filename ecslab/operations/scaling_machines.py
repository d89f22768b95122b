"""What the instances cost in an hour on which services run that are not on Fargate. Stage 12.

https://aws.amazon.com/ec2/pricing/on-demand/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.operations import instance_prices, machine_bill, prices
from ecslab.resources import container_instance, instance_group
from ecslab.resources.container_instance.instance_reader import is_external
from ecslab.resources.machines import machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        CapacityProviderTypeDef,
        ContainerInstanceTypeDef,
        ServiceTypeDef,
    )

Counted = tuple["ServiceTypeDef", int, int]
"""A service, how many tasks are wanted of it now, and how many scaling may make of them."""
FARGATE = ("FARGATE", "FARGATE_SPOT")


def providers_of(service: ServiceTypeDef) -> set[str]:
    """The capacity providers of a service, or its launch type where it has none."""
    strategy = {item["capacityProvider"] for item in service.get("capacityProviderStrategy", [])}
    return strategy or {str(service.get("launchType", "EC2"))}


def on_fargate(service: ServiceTypeDef) -> bool:
    """Whether all tasks of a service run on Fargate, and so are billed by themselves."""
    return providers_of(service) <= {*FARGATE}


def hourly(lab: Connection, counted: Sequence[Counted]) -> Iterator[tuple[str, float, float]]:
    """What machines cost on which the services run: what they are, dollars an hour now, and at the most.

    Each capacity provider, or launch type, once. A group counts with its maximum size at the most; Managed
    Instances with as many more as there may be tasks; with a launch type nothing launches instances.
    """
    wanted: dict[str, tuple[int, int]] = {}
    for service, tasks, most_tasks in counted:
        for name in sorted(providers_of(service) - {*FARGATE}):
            before = wanted.get(name, (0, 0))
            wanted[name] = before[0] + tasks, before[1] + most_tasks
    if not wanted:
        return
    instances = container_instance.of_cluster(lab)
    providers = {each["name"]: each for each in machine_reader.capacity_providers(lab)}
    for name, (tasks, most_tasks) in wanted.items():
        mine = [each for each in instances if _serves(each, name)]
        now = _hour(lab, mine)
        most = now
        if name in providers:
            most = max(now, _at_most(lab, providers[name], len(mine), now, most_tasks / max(tasks, 1)))
        plural = "s" * (len(mine) != 1)
        yield f"{len(mine)} instance{plural} of {name}", now, most


def _serves(instance: ContainerInstanceTypeDef, name: str) -> bool:
    """Whether tasks of a capacity provider, or of a launch type, may be on an instance."""
    if name in ("EC2", "EXTERNAL"):
        return is_external(instance) == (name == "EXTERNAL") and not instance.get("capacityProviderName")
    return instance.get("capacityProviderName") == name


def _hour(lab: Connection, instances: Sequence[ContainerInstanceTypeDef]) -> float:
    outside = sum(map(is_external, instances))
    on_ec2 = machine_bill.on_ec2(lab, [each["ec2InstanceId"] for each in instances])
    return sum(map(instance_prices.of_instance, on_ec2)) + outside * prices.EXTERNAL_INSTANCE_HOUR


def _at_most(
    lab: Connection, provider: CapacityProviderTypeDef, count: int, now: float, growth: float
) -> float:
    """Dollars an hour when a capacity provider has launched as many as it may."""
    if "autoScalingGroupProvider" not in provider:
        return now * growth
    arn = provider["autoScalingGroupProvider"]["autoScalingGroupArn"]
    group = instance_group.group(lab, arn.rpartition("/")[2])
    if not group:
        return now
    each = now / count if count else _of_template(lab, group)
    return float(group["MaxSize"]) * each


def _of_template(lab: Connection, group: object) -> float:
    """Dollars an hour of one instance that a group would launch, with disk and address; 0 if unknown."""
    name = group.get("LaunchTemplate", {}).get("LaunchTemplateName") if isinstance(group, dict) else None
    template = instance_group.template(lab, name) if name else None
    kind = template["LaunchTemplateData"].get("InstanceType", "") if template else ""
    hour = instance_prices.hour(kind)
    return 0.0 if hour is None else hour + instance_prices.volume_hour() + prices.PUBLIC_IPV4_HOUR
