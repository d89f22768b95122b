"""What EC2 refuses to delete or change since something depends on it, and moto takes away from under that."""

from typing import TYPE_CHECKING

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from ecslab.sandbox.bridge.ec2.interfaces import TaskInterface

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ec2.backend import EC2Backend


def refuse_if_ecs_owns(interface: NetworkInterface | None) -> None:
    """Nobody but ECS changes a task's interface [NAT:network_interfaces]; tags may be put on it."""
    if isinstance(interface, TaskInterface):
        raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")


def refuse_attached(interface: NetworkInterface) -> None:
    """An interface stays while it is attached [NAT:network_interfaces]."""
    if interface.attachment_id:
        in_use = f"Network interface '{interface.id}' is currently in use."
        raise EC2ClientError("InvalidParameterValue", in_use)


def refuse_subnet_in_use(backend: "EC2Backend", subnet_id: str) -> None:
    """A subnet stays while an interface is in it."""
    if any(interface.subnet.id == subnet_id for interface in backend.enis.values()):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def refuse_group_in_use(backend: "EC2Backend", group_id: str, *, with_vpc: bool) -> None:
    """A security group stays while an interface has it or another group's rule names it.

    Args:
        with_vpc: its VPC is deleted; only then does a default group go.
    """
    of_interfaces = (group for interface in backend.enis.values() for group in interface.group_set)
    if any(group.id == group_id for group in of_interfaces) or _named_by_another(backend, group_id):
        raise DependencyViolationError(f"resource {group_id} has a dependent object")
    if backend.get_security_group_from_id(group_id).is_default and not with_vpc:
        spared = f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
        raise EC2ClientError("CannotDelete", spared)


def _named_by_another(backend: "EC2Backend", group_id: str) -> bool:
    others = (group for groups in backend.groups.values() for group in groups.values())
    return any(
        rule.source_group.get("GroupId") == group_id
        for group in others
        if group.id != group_id
        for rule in (*group.ingress_rules, *group.egress_rules)
    )


def refuse_vpc_in_use(backend: "EC2Backend", vpc_id: str) -> None:
    """A VPC stays while it has a gateway or a group that was made in it."""
    gateways = (gateway.vpc for gateway in backend.internet_gateways.values())
    groups = backend.groups.get(vpc_id, {}).values()
    outwards = (gateway.vpc_id for gateway in backend.egress_only_internet_gateways.values())
    attached = vpc_id in outwards or any(vpc and vpc.id == vpc_id for vpc in gateways)
    if attached or not all(group.is_default for group in groups):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def refuse_mapped_addresses(backend: "EC2Backend", vpc_id: str) -> None:
    """An internet gateway stays attached while the VPC's interfaces have public addresses."""
    if any(interface.public_ip and interface.vpc_id == vpc_id for interface in backend.enis.values()):
        raise DependencyViolationError(
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) "
            "before detaching the gateway."
        )
