"""May a visitor from the internet reach this task? What is in the way, read from describe calls.

Six questions, in the order in which a packet meets what they ask for. `refusal` gives the first "no" in
words; `look` gives all the answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.errors import Unreachable
from ecslab.resources.network import network_reader, rules
from ecslab.resources.task import network_interface, task_reader
from ecslab.resources.task.diagnosis import of_task
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef

QUESTIONS: Final = {
    "running": "Is the task RUNNING?",
    "public_ip": "Does it have a public IP?",
    "route": "Does its subnet's route table lead to an internet gateway?",
    "network_acl": "Does the network ACL of its subnet let the visitor in?",
    "security_group": "Does its security group admit the port?",
    "listens": "Does the container listen on the port?",
}


@dataclass(frozen=True)
class Look:
    """What the account says to the six questions.

    Attributes:
        answers: by the names in QUESTIONS; None for what cannot be seen behind what is in the way.
        refusal: the first thing in the way and what to do about it; "" if there is none.
    """

    answers: dict[str, bool | None]
    refusal: str


def refusal(lab: Connection, task: TaskTypeDef, port: int) -> str | None:
    """What stands in the way of TCP to `port`, and what to do about it; None if no rule does.

    In this order: the task's status, its public IP, the subnet's route, the network ACL, the security groups.
    """
    return next((obstacle for obstacle in _obstacles(lab, task, port).values() if obstacle), None)


def look(lab: Connection, task: TaskTypeDef, port: int) -> Look:
    """All six questions, each by itself, and the first thing in the way."""
    obstacles = _obstacles(lab, task, port)
    answers: dict[str, bool | None] = {
        name: not obstacles[name] if name in obstacles else None for name in QUESTIONS if name != "listens"
    }
    first = next((obstacle for obstacle in obstacles.values() if obstacle), "")
    answers["listens"] = None if first else _answered(lab, task, port) is not None
    return Look(answers, first or ("" if answers["listens"] else nobody_listens(port)))


def nobody_listens(port: int) -> str:
    """The sixth question answered with no."""
    return (
        f"Nothing listens on port {port}: the network lets the visitor in, but no program in the task "
        "answers there.\n  next: verify.logs(lab, task), and the port in the definition and in the image"
    )


def balancers_with(lab: Connection, groups: Iterable[str]) -> list[LoadBalancerTypeDef]:
    """The load balancers that are in one of these security groups."""
    wanted = {group for group in groups if group.startswith("sg-")}
    if not wanted:
        return []
    pages = lab.elbv2.get_paginator("describe_load_balancers").paginate()
    balancers = [balancer for page in pages for balancer in page["LoadBalancers"]]
    return [balancer for balancer in balancers if wanted & {*balancer.get("SecurityGroups", [])}]


def _answered(lab: Connection, task: TaskTypeDef, port: int) -> int | None:
    """The status of the answer to one visit, whatever it is; None if nobody answers."""
    address = network_interface.public_ip_of(network_interface.interface_of(lab, task))
    try:
        status = lab.http("GET", lab.url(str(address), port)).status
    except Unreachable:
        return None
    return None if status in (502, 504) else status


def _obstacles(lab: Connection, task: TaskTypeDef, port: int) -> dict[str, str | None]:
    """What the network's five questions find in the way, None where nothing is; up to where one can see."""
    shown = task_reader.described(lab, task["clusterArn"], [task["taskArn"]])
    now = shown[0] if shown else task
    short = short_id(now)
    if now["lastStatus"] != "RUNNING":
        return {"running": f"Task {short} is {now['lastStatus']}, so nobody answers.\n{of_task(lab, now)}"}
    interface = network_interface.interface_of(lab, now)
    if not interface:
        return {"running": f"Task {short} has no network interface any more.\n  next: task.run(lab)"}
    return {
        "running": None,
        "public_ip": _address(interface, short),
        "route": _route(lab, interface),
        "network_acl": _acl(lab, interface["SubnetId"], port),
        "security_group": _groups(lab, interface, port),
    }


def _address(interface: NetworkInterfaceTypeDef, short: str) -> str | None:
    if network_interface.public_ip_of(interface):
        return None
    return (
        f"No public IP: task {short} has only the private address {interface['PrivateIpAddress']}, which "
        "the internet cannot write to.\n"
        "  next: it cannot be given one now; task.run(lab, choice) with assign_public_ip=True"
    )


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
    if balancers := balancers_with(lab, sources):
        return (
            f"Security group: {names} admits port {port} only from the load balancer "
            f"{balancers[0]['LoadBalancerName']}, as it should: visitors come through the load balancer.\n"
            "  next: load_balancer.page(lab) asks there; load_balancer.why_not(lab) says what is in the way"
        )
    who = f"admits port {port} only from {', '.join(sources)}" if sources else f"does not admit port {port}"
    return (
        f"Security group: {names} {who}. It does not refuse the visitor, it drops the packets: the browser "
        "loads for ever.\n"
        f"  next: admit TCP port {port} from {rules.ANYWHERE}: "
        "lab.ec2.authorize_security_group_ingress(…); it takes effect at once"
    )
