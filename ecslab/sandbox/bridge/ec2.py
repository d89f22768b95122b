"""EC2's networks: moto's, with the VPCs every learner meets and the interfaces of tasks."""

from dataclasses import dataclass
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2 import urls
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend as MotoEC2Backend
from moto.ec2.models import ec2_backends

from ..world.errors import AwsError
from ..world.network import Facts
from . import _default_vpc, _workshop_vpc
from ._addresses import NoFreeAddress, private_dns, take_public
from ._interfaces import Interface, TaskInterface
from ._network_facts import facts_of
from .seams import building

__all__ = ["EC2Backend", "Eni", "NoFreeAddress", "attach_eni", "find_public", "network_facts", "release_eni",
           "validate_network"]  # fmt: skip

MOST_SUBNETS: Final = 16
MOST_GROUPS: Final = 5


class EC2Backend(MotoEC2Backend):  # type: ignore[misc]  # moto's types are not read
    """moto's EC2 with AWS's default VPC, the `workshop` VPC, and rules that protect what is in use."""

    _images_wanted = False

    def __init__(self, region_name: str, account_id: str):
        self.public: dict[str, TaskInterface] = {}
        super().__init__(region_name, account_id)

    @property
    def _url_module(self) -> Any:
        return urls

    def create_default_vpc(self) -> Any:
        vpc = super().create_default_vpc()
        _default_vpc.finish(self, vpc)
        if not any(other.cidr_block == _workshop_vpc.CIDR for other in self.vpcs.values()):
            _workshop_vpc.create(self)
        return vpc

    def create_security_group(self, *args: Any, **kwargs: Any) -> Any:
        """A VPC's default group lets in its own members; moto's lets in nobody."""
        group = super().create_security_group(*args, **kwargs)
        if group.is_default:
            own = [{"GroupId": group.id, "OwnerId": self.account_id}]
            self.authorize_security_group_ingress(group.id, "-1", "", "", [], None, own, vpc_id=group.vpc_id)
        return group

    def create_subnet(self, *args: Any, **kwargs: Any) -> Any:
        """moto takes the first subnet in a zone for its default one, whatever its VPC."""
        subnet = super().create_subnet(*args, **kwargs)
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
        return subnet

    def create_default_subnet(self, availability_zone: str) -> Any:
        subnet = super().create_default_subnet(availability_zone)
        subnet.default_for_az = subnet.map_public_ip_on_launch = True
        return subnet

    def create_network_interface(
        self,
        subnet: Any,
        private_ip_address: Any,
        private_ip_addresses: Any = None,
        group_ids: Any = None,
        description: Any = None,
        tags: Any = None,
        **kwargs: Any,
    ) -> Any:
        interface = Interface(self, subnet, private_ip_address, private_ip_addresses, group_ids=group_ids,
                              description=description, tags=tags, **kwargs)  # fmt: skip
        self.enis[interface.id] = interface
        return interface

    def delete_network_interface(self, eni_id: str) -> None:
        """Refuse while it is attached. The exact texts for ECS's interfaces are unconfirmed (U)."""
        interface = self.get_network_interface(eni_id)
        if interface.attachment_id:
            in_use = f"Network interface '{eni_id}' is currently in use."
            raise EC2ClientError("InvalidParameterValue", in_use)
        self.forget_interface(eni_id)

    def forget_interface(self, eni_id: str) -> None:
        """Take the interface away and free its addresses."""
        interface = self.enis.pop(eni_id)
        self.public.pop(interface.public_ip, None)
        for address in interface.private_ip_addresses:
            interface.subnet._subnet_ips.pop(address["PrivateIpAddress"], None)

    def detach_network_interface(self, attachment_id: str) -> None:
        for interface in self.enis.values():
            if interface.attachment_id == attachment_id:
                _refuse_if_ecs_owns(interface)
        super().detach_network_interface(attachment_id)

    def modify_network_interface_attribute(self, eni_id: str, *args: Any, **kwargs: Any) -> None:
        _refuse_if_ecs_owns(self.get_network_interface(eni_id))
        super().modify_network_interface_attribute(eni_id, *args, **kwargs)

    def delete_subnet(self, subnet_id: str) -> Any:
        if any(interface.subnet.id == subnet_id for interface in self.enis.values()):
            raise DependencyViolationError(
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
            )
        return super().delete_subnet(subnet_id)

    def _delete_security_group(self, vpc_id: str | None, group_id: str) -> None:
        for interface in self.enis.values():
            if any(group.id == group_id for group in interface.group_set):
                raise DependencyViolationError(f"resource {group_id} has a dependent object")
        if self.get_security_group_from_id(group_id).is_default:
            spared = f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
            raise EC2ClientError("CannotDelete", spared)
        super()._delete_security_group(vpc_id, group_id)

    def detach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> None:
        if any(interface.public_ip and interface.vpc_id == vpc_id for interface in self.enis.values()):
            raise DependencyViolationError(
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) "
                "before detaching the gateway."
            )
        super().detach_internet_gateway(internet_gateway_id, vpc_id)

    def allocate_address(self, domain: str, address: str | None = None, tags: Any = None) -> Any:
        return super().allocate_address(domain, address or take_public(_PUBLIC_IN_USE), tags)

    def describe_images(self, *args: Any, **kwargs: Any) -> Any:
        """moto's list of machine images is half a second's work, so it is read when first asked for."""
        self._images_wanted = True
        if not self.amis:
            with building("ec2-images", self.account_id, self.region_name):
                self._load_amis()
        return super().describe_images(*args, **kwargs)

    def _load_amis(self) -> None:
        if self._images_wanted:
            super()._load_amis()


@dataclass(frozen=True)
class Eni:
    """A task's network interface, as the rest of the sandbox knows it."""

    eni_id: str
    mac: str
    private_ip: str
    private_dns: str
    public_ip: str | None
    subnet_id: str
    vpc_id: str
    az: str
    group_ids: tuple[str, ...]
    region: str


def validate_network(region: str, subnets: list[str], groups: list[str]) -> str:
    """The VPC that these subnets and security groups share.

    Raises:
        AwsError: InvalidParameterException, as RunTask words it.
    """
    # U: the texts for too many are those of taskIds, which are confirmed
    if not subnets:
        raise _invalid("subnets can not be empty.")
    if len(subnets) > MOST_SUBNETS:
        raise _invalid(f"subnets can have at most {MOST_SUBNETS} items.")
    if len(groups) > MOST_GROUPS:
        raise _invalid(f"securityGroups can have at most {MOST_GROUPS} items.")
    backend = _backend(region)
    found = {subnet.id: subnet for subnet in backend.describe_subnets()}
    for subnet_id in subnets:
        if subnet_id not in found:
            raise _invalid(
                f"Error retrieving subnet information for [{', '.join(subnets)}]: The subnet ID "
                f"'{subnet_id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    vpc_id = str(found[subnets[0]].vpc_id)
    for subnet_id in subnets[1:]:
        if found[subnet_id].vpc_id != vpc_id:  # U: the check is real, its text is not known
            raise _invalid(f"Subnet {subnet_id} and subnet {subnets[0]} belong to different networks.")
    for group_id in groups:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise _invalid(
                f"Error retrieving security group information for [{', '.join(groups)}]: The security group "
                f"'{group_id}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        if group.vpc_id != vpc_id:  # U: EC2's own sentence for the same mistake
            raise _invalid(f"Security group {group_id} and subnet {subnets[0]} belong to different networks.")
    return vpc_id


def attach_eni(region: str, subnet_id: str, group_ids: list[str], public: bool, description: str) -> Eni:
    """Make the interface of a task; without groups it gets the VPC's default one.

    Args:
        description: `arn:aws:ecs:<region>:<account>:attachment/<uuid>`.

    Raises:
        NoFreeAddress: with the text ECS gives as the reason the task stopped.
    """
    backend = _backend(region)
    subnet = backend.get_subnet(subnet_id)
    try:
        public_ip = take_public(_PUBLIC_IN_USE) if public else None
        interface = TaskInterface(backend, subnet, list(group_ids), public_ip, description)
    except NoFreeAddress as full:
        kind = "with public IP assignment enabled " if public else ""
        raise NoFreeAddress(
            f"Unexpected EC2 error while attempting to Create Network Interface {kind}in subnet "
            f"'{subnet_id}': InsufficientFreeAddressesInSubnet"  # U: how the sentence ends is not known
        ) from full
    backend.enis[interface.id] = interface
    if public_ip:
        backend.public[public_ip] = interface
    return _eni(interface)


def release_eni(region: str, eni_id: str) -> None:
    """Take a task's interface away and free its addresses."""
    _backend(region).forget_interface(eni_id)


def find_public(ip: str) -> Eni | None:
    """The task's interface that holds this public address now, in any region."""
    holders = (backend.public[ip] for backend in _backends() if ip in backend.public)
    return next(map(_eni, holders), None)


def network_facts(eni: Eni) -> Facts:
    """What decides which packets reach and leave this interface, as it stands now."""
    backend = _backend(eni.region)
    return facts_of(backend, backend.get_network_interface(eni.eni_id))


def _backend(region: str) -> Any:
    return ec2_backends[DEFAULT_ACCOUNT_ID][region]


def _backends() -> list[Any]:
    return list(ec2_backends[DEFAULT_ACCOUNT_ID].values())


class _PublicInUse:
    """The public addresses held by a task or a user, in all regions: they share the pools."""

    def __contains__(self, address: object) -> bool:
        return any(
            address in backend.public or any(held.public_ip == address for held in backend.addresses)
            for backend in _backends()
        )


_PUBLIC_IN_USE: Final = _PublicInUse()


def _eni(interface: TaskInterface) -> Eni:
    region = interface.ec2_backend.region_name
    address = str(interface.private_ip_address)
    return Eni(
        interface.id, interface.mac_address, address, private_dns(address, region), interface.public_ip,
        interface.subnet.id, interface.subnet.vpc_id, interface.subnet.availability_zone,
        tuple(group.id for group in interface.group_set), region,
    )  # fmt: skip


def _refuse_if_ecs_owns(interface: Any) -> None:
    if isinstance(interface, TaskInterface):  # U: seen as AuthFailure; this is EC2's usual sentence for it
        raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
