"""From a task to its network interface: what ECS says of it, and what EC2 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.resources import network
from ecslab.resources.network import Choice, SubnetFacts

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
    eni = details(task).get("networkInterfaceId")
    answer = (
        or_none_if_missing(lab.ec2.describe_network_interfaces, NetworkInterfaceIds=[eni]) if eni else None
    )
    return dict(answer["NetworkInterfaces"][0]) if answer and answer["NetworkInterfaces"] else None


def public_ip_of(interface: NetworkInterfaceTypeDef | None) -> str | None:
    """The interface's public address, which ECS never shows."""
    address = (interface or {}).get("Association", {}).get("PublicIp")
    return str(address) if address else None


def subnet_of(lab: Connection, task: TaskTypeDef) -> SubnetFacts | None:
    """The subnet that the task was put into, with what its routes say."""
    subnet_id = details(task).get("subnetId")
    answer = or_none_if_missing(lab.ec2.describe_subnets, SubnetIds=[subnet_id]) if subnet_id else None
    if not answer or not answer["Subnets"]:
        return None
    everything = network.subnets(lab, answer["Subnets"][0]["VpcId"])
    return next((subnet for subnet in everything if subnet.id == subnet_id), None)


def choice_of(lab: Connection, task: TaskTypeDef) -> Choice | None:
    """What was chosen for this task, read back from its interface; None while it has none."""
    found = interface_of(lab, task)
    if not found:
        return None
    groups = tuple(group["GroupId"] for group in found["Groups"])
    return Choice(found["VpcId"], (found["SubnetId"],), groups, public_ip_of(found) is not None)
