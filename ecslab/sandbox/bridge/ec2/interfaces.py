"""Network interfaces as DescribeNetworkInterfaces shows them, and those that belong to ECS."""

from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from moto.core.utils import utcnow
from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet
from moto.ec2.utils import random_eni_attach_id

from ecslab.sandbox.bridge.ec2.addresses import (
    ipv6_block,
    ipv6_of,
    is_true,
    private_dns,
    public_dns,
    take_private,
)

FARGATE_ACCOUNT: Final = "843547988961"
"""An account of AWS's own, which Fargate's side of an attachment belongs to."""

BALANCING: Final = "amazon-elb"


@dataclass(frozen=True, slots=True)
class TaskAttachment:
    """How a task holds its interface: from an account of AWS's, and without an instance."""

    attachment_id: str
    attach_time: datetime
    delete_on_termination: bool = False
    device_index: int = 1
    network_card_index: int = 0
    instance_owner_id: str = FARGATE_ACCOUNT
    status: str = "attached"


class Interface(NetworkInterface):  # type: ignore[misc]  # moto's types are not read
    """moto's interface, with an address that is free and names that fit its region and VPC."""

    def __init__(
        self,
        ec2_backend: EC2Backend,
        subnet: Subnet | str,
        private_ip_address: str | None = None,
        private_ip_addresses: list[dict[str, object]] | None = None,
        group_ids: list[str] | None = None,
        **kwargs: object,
    ):
        """`dual_stack`: it gets an IPv6 address where the subnet has some; None: as the subnet says."""
        dual_stack = kwargs.pop("dual_stack", None)
        for group_id in group_ids or ():  # moto would make a group of that name
            if ec2_backend.get_security_group_from_id(group_id) is None:
                raise InvalidSecurityGroupNotFoundError(group_id)
        subnet = ec2_backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
        if not private_ip_addresses and not _inside(private_ip_address, subnet):
            private_ip_address = take_private(subnet)
        super().__init__(
            ec2_backend, subnet, private_ip_address, private_ip_addresses, group_ids=group_ids, **kwargs
        )
        for address in self.private_ip_addresses:
            subnet._subnet_ips[address["PrivateIpAddress"]] = self
            if self.named:
                address["PrivateDnsName"] = private_dns(address["PrivateIpAddress"], ec2_backend.region_name)
        self.private_dns_name = self.private_ip_addresses[0].get("PrivateDnsName")
        if dual_stack is None:
            dual_stack = is_true(subnet.assign_ipv6_address_on_creation)
        block = ipv6_block(subnet) if dual_stack else None
        if block and not self.ipv6_addresses:
            self.ipv6_addresses.append(ipv6_of(self.id, block))
        ec2_backend.ipv6.update(dict.fromkeys(self.ipv6_addresses, self))

    @property
    def network_interface_id(self) -> str:
        """What DescribeInstances shows; moto finds it by the name of its own class alone."""
        return str(self.id)

    def delete(self) -> None:
        """moto calls this when the interface's instance is terminated."""
        self.ec2_backend.forget_interface(self.id)

    def check_auto_public_ip(self) -> None:
        """moto gives instances an address that is somebody's."""
        if is_true(self.public_ip_auto_assign):
            self.public_ip = self.ec2_backend.take_public_address(self)

    @property
    def association(self) -> dict[str, object]:
        association: dict[str, object] = super().association
        if self.public_ip:
            region = self.ec2_backend.region_name
            association["publicDnsName"] = public_dns(self.public_ip, region) if self.named else ""
        return association

    @property
    def named(self) -> bool:
        """Whether its VPC gives DNS hostnames."""
        return is_true(self.ec2_backend.get_vpc(self.subnet.vpc_id).enable_dns_hostnames)

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> object:
        shown = {
            "association.public-ip": self.public_ip,
            "association.ip-owner-id": self.association.get("ipOwnerId"),
            "association.public-dns-name": self.association.get("publicDnsName"),
            "addresses.association.public-ip": self.public_ip,
            "attachment.status": getattr(self.attachment, "status", None),
            "attachment.instance-owner-id": getattr(self.attachment, "instance_owner_id", None),
            "private-dns-name": self.private_dns_name,
        }
        if filter_name in shown:
            return shown[filter_name]
        return super().get_filter_value(filter_name, method_name)


class TaskInterface(Interface):
    """The interface of a Fargate task; it goes away with the task and cannot be changed by its owner."""

    operator: Final = {"Managed": False, "HiddenByDefault": False}

    def __init__(
        self, backend: EC2Backend, subnet: Subnet, group_ids: list[str], public: bool, about: str,
        private_ip: str | None = None, dual_stack: bool = False,
    ):  # fmt: skip
        super().__init__(
            backend, subnet, private_ip, group_ids=group_ids, dual_stack=dual_stack, description=about
        )
        self.public_ip = backend.take_public_address(self) if public else None
        self.status = "in-use"
        self.device_index = 1
        self.requester_id, self.requester_managed = FARGATE_ACCOUNT, True
        self._attachment = TaskAttachment(random_eni_attach_id(), utcnow())
        self.attachment_id = self._attachment.attachment_id
        if public:
            self.private_ip_addresses[0]["Association"] = self.association

    @property
    def availability_zone_id(self) -> str:
        return str(self.subnet.availability_zone_id)

    @property
    def attachment(self) -> TaskAttachment:
        return self._attachment

    @property
    def association(self) -> dict[str, object]:
        return {**super().association, "ipOwnerId": "amazon"} if self.public_ip else {}


class BalancerInterface(TaskInterface):
    """The interface of a load balancer in one of its subnets."""

    def __init__(
        self, backend: EC2Backend, subnet: Subnet, group_ids: list[str], public: bool | str, about: str,
        private_ip: str | None = None,
    ):  # fmt: skip
        """`public` is an Elastic IP, or whether it gets an address of AWS's."""
        super().__init__(backend, subnet, group_ids, public is True, about, private_ip)
        if isinstance(public, str):
            self.public_ip = public
            self.private_ip_addresses[0]["Association"] = self.association
        self.requester_id = BALANCING
        self._attachment = replace(self._attachment, instance_owner_id=BALANCING)

    def regroup(self, group_ids: list[str]) -> None:
        """Put it in these security groups and no other."""
        self._group_set = [self.ec2_backend.get_security_group_from_id(group_id) for group_id in group_ids]


def _inside(address: str | None, subnet: Subnet) -> bool:
    """moto gives NAT gateways and endpoints an address from anywhere."""
    return bool(address) and ip_address(str(address)) in subnet.cidr
