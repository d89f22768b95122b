"""What ECS asks of EC2: is this network one, an interface for a task, and who holds this address."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, TypeGuard

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.subnets import Subnet

from ecslab.sandbox.bridge.ec2.addresses import NoFreeAddress, ipv6_block, private_dns
from ecslab.sandbox.bridge.ec2.addresses_in_use import backends
from ecslab.sandbox.bridge.ec2.interfaces import Interface, TaskInterface
from ecslab.sandbox.bridge.ec2.network_facts import facts_of
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.network import outside
from ecslab.sandbox.world.network.vpc import Facts
from ecslab.sandbox.world.task.failures import interface_refused

MOST_SUBNETS: Final = 16
MOST_GROUPS: Final = 5


@dataclass(frozen=True, slots=True)
class Eni:
    """A task's network interface, as the rest of the sandbox knows it."""

    eni_id: str
    mac: str
    private_ip: str
    ipv6: str | None
    private_dns: str
    named: bool
    public_ip: str | None
    subnet_id: str
    vpc_id: str
    az: str
    group_ids: tuple[str, ...]
    region: str


def validate_network(region: str, subnets: list[str], groups: list[str]) -> str:
    """The VPC that these subnets and groups share; AwsError, as RunTask words it, if they cannot be used."""
    # U: the texts for too many are those of taskIds, which are confirmed
    if not subnets:
        raise invalid("subnets can not be empty.")
    if len(subnets) > MOST_SUBNETS:
        raise invalid(f"subnets can have at most {MOST_SUBNETS} items.")
    if len(groups) > MOST_GROUPS:
        raise invalid(f"securityGroups can have at most {MOST_GROUPS} items.")
    backend = _backend(region)
    known = {subnet.id: subnet for subnet in backend.describe_subnets()}
    for subnet_id in subnets:
        if subnet_id not in known:
            raise invalid(
                f"Error retrieving subnet information for [{', '.join(subnets)}]: The subnet ID "
                f"'{subnet_id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    vpc_id = str(known[subnets[0]].vpc_id)
    for subnet_id in subnets[1:]:
        if known[subnet_id].vpc_id != vpc_id:  # U: the check is real, its text is not known
            raise invalid(f"Subnet {subnet_id} and subnet {subnets[0]} belong to different networks.")
    for group_id in groups:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise invalid(
                f"Error retrieving security group information for [{', '.join(groups)}]: The security group "
                f"'{group_id}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        if group.vpc_id != vpc_id:  # U: EC2's own sentence for the same mistake
            raise invalid(f"Security group {group_id} and subnet {subnets[0]} belong to different networks.")
    return vpc_id


def attach_eni(
    region: str,
    subnet_id: str,
    group_ids: list[str],
    public: bool,
    description: str,
    tags: dict[str, str] | None = None,
    dual_stack: bool = True,
) -> Eni:
    """Make the interface of a task; without groups it gets the VPC's default one.

    NoFreeAddress has the text that ECS gives as the reason the task stopped.

    Args:
        description: `arn:aws:ecs:<region>:<account>:attachment/<uuid>`, with the id of the task's attachment.
        tags: those that ECS puts on it.
        dual_stack: it gets an IPv6 address in a subnet that has some.
    """
    backend = _backend(region)
    subnet = backend.get_subnet(subnet_id)
    try:
        interface = TaskInterface(
            backend, subnet, list(group_ids), public, description, dual_stack=dual_stack
        )
    except NoFreeAddress as full:
        why = "InsufficientFreeAddressesInSubnet"  # U: how the sentence ends is not known
        raise NoFreeAddress(interface_refused(subnet_id, public, why)) from full
    backend.enis[interface.id] = interface
    interface.add_tags(tags or {})
    return _eni(interface)


def release_eni(region: str, eni_id: str) -> None:
    """Take a task's interface away and free its addresses."""
    _backend(region).forget_interface(eni_id)


def instance_eni(region: str, ec2_id: str) -> Eni:
    """The first interface of an EC2 instance; EC2ClientError if there is no such instance."""
    return _eni(_backend(region).get_instance(ec2_id).nics[0])


def find_public(ip: str) -> Eni | None:
    """The interface of a task or an instance that holds this public address now; all of IPv6 are public."""
    holders = (backend.public.get(ip) or backend.ipv6.get(ip) for backend in backends())
    return next((_eni(holder) for holder in holders if _serves(holder)), None)


def _serves(holder: object) -> TypeGuard[Interface]:
    """Whether containers may listen behind an interface: a task's, or an EC2 instance's."""
    own = isinstance(holder, TaskInterface)
    return own or (isinstance(holder, Interface) and getattr(holder, "instance", None) is not None)


def find_private(region: str, vpc_id: str, ip: str) -> Eni | None:
    """The task's interface that holds this private address now, in a VPC."""
    holder = holder_of(region, vpc_id, ip)
    return _eni(holder) if holder else None


def holder_of(region: str, vpc_id: str, ip: str) -> Interface | None:
    """The same, as EC2 has it."""
    backend = _backend(region)
    for of_zone in backend.subnets.values():
        for subnet in of_zone.values():
            if subnet.vpc_id == vpc_id and _serves(holder := subnet._subnet_ips.get(ip)):
                return holder
    holder = backend.ipv6.get(ip)
    return holder if isinstance(holder, TaskInterface) and holder.vpc_id == vpc_id else None


def is_of_vpc(region: str, vpc_id: str, ip: str) -> bool:
    """Whether an address lies in one of a VPC's subnets; in none of none."""
    if not vpc_id:
        return False
    subnets = _backend(region).describe_subnets(filters={"vpc-id": [vpc_id]})
    return any(is_inside(ip, subnet) for subnet in subnets)


def is_inside(ip: str, subnet: Subnet) -> bool:
    """Whether an address is one of a subnet's; False for what is no address."""
    try:
        address, block = ip_address(ip), ipv6_block(subnet)
        return address in subnet.cidr or (block is not None and address in block)
    except ValueError:
        return False


def network_facts(eni: Eni) -> Facts:
    """What decides which packets reach and leave this interface, as it stands now."""
    if not eni.vpc_id:  # of a machine outside AWS
        return outside.facts(eni.eni_id)
    backend = _backend(eni.region)
    return facts_of(backend, backend.get_network_interface(eni.eni_id))


def _backend(region: str) -> EC2Backend:
    return ec2_backends[DEFAULT_ACCOUNT_ID][region]


def _eni(interface: Interface) -> Eni:
    region = interface.ec2_backend.region_name
    address = str(interface.private_ip_address)
    return Eni(
        interface.id, interface.mac_address, address, next(iter(interface.ipv6_addresses), None),
        private_dns(address, region), interface.named,
        interface.public_ip, interface.subnet.id, interface.subnet.vpc_id, interface.subnet.availability_zone,
        tuple(group.id for group in interface.group_set), region,
    )  # fmt: skip
