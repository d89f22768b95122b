"""May a visitor from the internet reach this task? The first rule in the way, read from describe calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.network import network_reader, rules
from ecslab.resources.task import network_interface, task_reader
from ecslab.resources.task.diagnosis import of_task
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def refusal(lab: Connection, task: TaskTypeDef, port: int) -> str | None:
    """What stands in the way of TCP to `port`, and what to do about it; None if no rule does.

    In this order: the task's status, its public IP, the subnet's route, the network ACL, the security groups.
    """
    shown = task_reader.described(lab, task["clusterArn"], [task["taskArn"]])
    now = shown[0] if shown else task
    short = short_id(now)
    if now["lastStatus"] != "RUNNING":
        return f"Task {short} is {now['lastStatus']}, so nobody answers.\n{of_task(lab, now)}"
    interface = network_interface.interface_of(lab, now)
    if not interface:
        return f"Task {short} has no network interface any more.\n  next: task.run(lab)"
    if not network_interface.public_ip_of(interface):
        return (
            f"No public IP: task {short} has only the private address {interface['PrivateIpAddress']}, which "
            "the internet cannot write to.\n"
            "  next: it cannot be given one now; task.run(lab, choice) with assign_public_ip=True"
        )
    return _route(lab, interface) or _acl(lab, interface["SubnetId"], port) or _groups(lab, interface, port)


def _route(lab: Connection, interface: NetworkInterfaceTypeDef) -> str | None:
    tables, subnet = network_reader.route_tables(lab, interface["VpcId"]), interface["SubnetId"]
    out = rules.way_out(tables, subnet)
    if out.startswith("igw-"):
        return None
    return (
        f"No route: {rules.table_id(tables, subnet)}, the route table of {subnet}, sends {rules.ANYWHERE} "
        f"to {out or 'nowhere'}, not to an internet gateway.\n"
        "  next: run the task in a public subnet, or add the route: lab.ec2.create_route(…)"
    )


def _acl(lab: Connection, subnet: str, port: int) -> str | None:
    directions = ((False, (port, port), f"port {port} in"), (True, rules.ANSWERS, "the answers out"))
    for acl in network_reader.network_acls(lab, subnet):
        for egress, ports, what in directions:
            if (number := rules.acl_refuses(acl, egress, ports)) is not None:
                return (
                    f"Network ACL: rule {number} of {acl['NetworkAclId']}, the network ACL of {subnet}, does "
                    f"not let {what}.\n  next: allow it there with a lower rule number, or use another subnet"
                )
    return None


def _groups(lab: Connection, interface: NetworkInterfaceTypeDef, port: int) -> str | None:
    groups = network_reader.security_groups(lab, [group["GroupId"] for group in interface["Groups"]])
    sources = [source for group in groups for source in rules.admitted(group, port)]
    if rules.ANYWHERE in sources:
        return None
    names = ", ".join(f"{group['GroupId']} ({group['GroupName']})" for group in groups)
    who = f"admits port {port} only from {', '.join(sources)}" if sources else f"does not admit port {port}"
    return (
        f"Security group: {names} {who}. It does not refuse the visitor, it drops what he sends: his browser "
        "loads for ever.\n"
        f"  next: admit TCP port {port} from {rules.ANYWHERE}: "
        "lab.ec2.authorize_security_group_ingress(…); it takes effect at once"
    )
