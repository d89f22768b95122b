"""From a task to its network interface: what ECS says of it, and what EC2 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources import network
from ecslab.resources.network import Choice, SubnetFacts, network_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def details(task: TaskTypeDef) -> dict[str, str]:
    """What the task's attachment says: `subnetId`, and once there is one, `networkInterfaceId` and more."""
    return {
        detail["name"]: detail["value"]
        for attachment in task.get("attachments", [])
        if attachment["type"] == "ElasticNetworkInterface"
        for detail in attachment["details"]
    }


def interface_of(lab: Connection, task: TaskTypeDef) -> NetworkInterfaceTypeDef | None:
    """The task's interface as DescribeNetworkInterfaces shows it; None before it is made, and after."""
    interface_id = details(task).get("networkInterfaceId")
    return network_reader.interface(lab, interface_id) if interface_id else None


def public_ip_of(interface: NetworkInterfaceTypeDef | None) -> str | None:
    """The interface's public address, which ECS never shows."""
    return interface.get("Association", {}).get("PublicIp") if interface else None


def subnet_of(lab: Connection, task: TaskTypeDef) -> SubnetFacts | None:
    """The subnet that the task was put into, with what its routes say."""
    subnet_id = details(task).get("subnetId")
    vpc_id = network_reader.vpc_of(lab, [subnet_id]) if subnet_id else None
    subnets = network.subnets(lab, vpc_id) if vpc_id else []
    return next((subnet for subnet in subnets if subnet.id == subnet_id), None)


def choice_of(lab: Connection, task: TaskTypeDef) -> Choice | None:
    """What was chosen for this task, read back from its interface; None while it has none."""
    interface = interface_of(lab, task)
    if not interface:
        return None
    groups = tuple(group["GroupId"] for group in interface["Groups"])
    return Choice(interface["VpcId"], (interface["SubnetId"],), groups, public_ip_of(interface) is not None)
