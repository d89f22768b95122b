"""What EC2 instances cost by the hour on a bill: by their type, how they are bought, who manages them.

https://aws.amazon.com/ec2/pricing/on-demand/
https://aws.amazon.com/ebs/pricing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.aws_api import instance_prices as table
from ecslab.operations import prices
from ecslab.resources.machines import machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef

SPOT_SHARE: Final = 0.40
"""What a Spot Instance asks of the on-demand price, about: up to 90 % less; AWS changes it."""  # U


def hour(instance_type: str, *, spot: bool = False, managed: bool = False) -> float | None:
    """Dollars an hour for an instance of a type, its volumes and addresses apart; None where nobody knows.

    Args:
        instance_type: as EC2 spells it, such as `t3.medium`.
        spot: whether it is a Spot Instance: what is said is about right, since AWS changes that price.
        managed: whether ECS manages it, for a fee beside the price.
    """
    on_demand = table.hour(instance_type)
    if on_demand is None:
        return None
    fee = prices.MANAGED_INSTANCE_SHARE if managed else 0.0  # U: that it is the same for a Spot Instance
    return on_demand * ((SPOT_SHARE if spot else 1.0) + fee)


def managed_hour(instance_type: str) -> float | None:
    """Dollars an hour for an instance that ECS manages, the fee for that included; None as in `hour`."""
    paid = hour(instance_type, managed=True)
    return None if paid is None else paid + volume_hour(prices.MANAGED_ROOT_GB)


def volume_hour(gigabytes: float = prices.INSTANCE_DISK_GB) -> float:
    """Dollars an hour for a gp3 volume of so many GiB."""
    return gigabytes * prices.DISK_GB_MONTH / prices.MONTH_HOURS


def root_volume(instance: InstanceTypeDef) -> int:
    """GiB of an instance's root volume, as its image or Managed Instances have it without another wish."""
    if not instance.get("BlockDeviceMappings"):
        return 0
    return prices.MANAGED_ROOT_GB if machine_reader.is_managed(instance) else prices.INSTANCE_DISK_GB


def of_instance(instance: InstanceTypeDef) -> float:
    """Dollars an hour for an instance as DescribeInstances shows it, with its root volume and public address.

    A stopped one costs its volume alone. A type that the table has no price of counts as nothing.
    """
    stored = volume_hour(root_volume(instance))
    if instance["State"]["Name"] not in ("pending", "running"):
        return stored
    address = prices.PUBLIC_IPV4_HOUR if instance.get("PublicIpAddress") else 0.0
    spot = instance.get("InstanceLifecycle") == "spot"
    managed = machine_reader.is_managed(instance)
    return (hour(instance["InstanceType"], spot=spot, managed=managed) or 0.0) + stored + address
