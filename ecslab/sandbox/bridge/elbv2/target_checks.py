"""What AWS refuses of targets: addresses that are none, are not private, or name a wrong Availability Zone.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
"""

from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Final

from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet
from moto.elbv2.models import FakeTargetGroup

from ecslab.sandbox.bridge.elbv2.refusals import refusal

ALL: Final = "all"
"""The zone of an address outside the VPC."""
_PRIVATE: Final = tuple(
    IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def zone_of(ec2: EC2Backend, group: FakeTargetGroup, target: Mapping[str, str]) -> str:
    """The Availability Zone that a target belongs to; a refusal if it cannot be one of this group."""
    if group.target_type != "ip":
        return _zone_of_instance(ec2, group, target["Id"])
    ip, asked = target["Id"], target.get("AvailabilityZone")
    try:
        address = IPv4Address(ip)
    except AddressValueError:
        raise refusal("target_no_address", ip=ip) from None
    subnet = subnet_with(ec2, group.vpc_id, address)
    if subnet is not None:
        own = str(subnet.availability_zone)
        if asked not in (None, "", own):
            raise refusal("target_inside", ip=ip, zone=asked, own=own)
        return own
    if not any(address in block for block in _PRIVATE):
        raise refusal("target_public", ip=ip)
    if not asked:
        raise refusal("target_outside", ip=ip)
    if asked != ALL and group.protocol in ("HTTP", "HTTPS"):
        raise refusal("target_zone", ip=ip)
    return asked


def subnet_with(ec2: EC2Backend, vpc_id: str, address: IPv4Address) -> Subnet | None:
    """The subnet of a VPC that an address lies in: AWS compares with subnets, not with the VPC's blocks
    (kubernetes-sigs/aws-load-balancer-controller #3714)."""
    of_vpc = ec2.describe_subnets(filters={"vpc-id": [vpc_id]})
    return next((subnet for subnet in of_vpc if address in subnet.cidr), None)


def _zone_of_instance(ec2: EC2Backend, group: FakeTargetGroup, instance_id: str) -> str:
    instance = ec2.get_instance_by_id(instance_id) if instance_id.startswith("i-") else None
    if instance is None:
        raise refusal("target_no_instance", ip=instance_id)
    subnet = ec2.get_subnet(instance.subnet_id)
    if subnet.vpc_id != group.vpc_id:
        raise refusal("target_other_vpc", vpc_id=group.vpc_id, ip=instance_id)
    return str(subnet.availability_zone)
