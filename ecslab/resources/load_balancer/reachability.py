"""May a visitor get through the load balancer to a task? What is in the way, read from describe calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources import network
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.target_health import Targets
from ecslab.resources.network import network_reader, rules

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


def refusal(lab: Connection, balancer: LoadBalancerTypeDef, port: int) -> str | None:
    """What keeps TCP to `port` out of the balancer, and what to do about it; None if nothing does.

    In this order: its state, its scheme, its subnets' routes, its security groups, its listeners.
    """
    name, state = balancer["LoadBalancerName"], balancer["State"]["Code"]
    if state != "active":
        return (
            f"Load balancer {name} is {state}: nobody answers yet.\n"
            "  next: load_balancer.wait_until_active(lab); it takes two to three minutes"
        )
    if balancer["Scheme"] == "internal":
        return (
            f"Load balancer {name} is internal: its name leads to private addresses only.\n"
            "  next: that cannot be changed; make it anew with Scheme='internet-facing'"
        )
    return _route(lab, balancer) or _security_groups(lab, balancer, port) or _listener(lab, balancer, port)


def _route(lab: Connection, balancer: LoadBalancerTypeDef) -> str | None:
    subnet_ids = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
    if any(subnet.public and subnet.id in subnet_ids for subnet in network.subnets(lab, balancer["VpcId"])):
        return None
    return (
        f"No route: no subnet of load balancer {balancer['LoadBalancerName']} has one to an internet "
        "gateway.\n  next: lab.elbv2.set_subnets(…) with public subnets"
    )


def _security_groups(lab: Connection, balancer: LoadBalancerTypeDef, port: int) -> str | None:
    groups = network_reader.security_groups(lab, balancer.get("SecurityGroups", []))
    if not groups or any(rules.ANYWHERE in rules.admitted(group, port) for group in groups):
        return None
    names = ", ".join(f"{group['GroupId']} ({group['GroupName']})" for group in groups)
    return (
        f"Security group: {names} does not admit port {port} from anywhere.\n"
        "  next: load_balancer.groups(lab) says it anew; it takes effect at once"
    )


def _listener(lab: Connection, balancer: LoadBalancerTypeDef, port: int) -> str | None:
    ports = [listener["Port"] for listener in load_balancer_reader.listeners(lab, balancer)]
    if port in ports:
        return None
    on = f"port {', '.join(map(str, ports))}" if ports else "no port"
    return (
        f"Load balancer {balancer['LoadBalancerName']} has no listener on port {port}; it listens on {on}.\n"
        "  next: load_balancer.create(lab) makes the one that is missing"
    )


def meaning(status: int, targets: Targets) -> str:
    """What an answer says about the way behind the balancer."""
    states = ", ".join(f"{count} {state}" for state, count in targets.states().items()) or "none at all"
    if status == 503:
        return (
            "The balancer answers 503 by itself: it has no target to send the request to. Targets: "
            f"{states}.\n"
            "  next: load_balancer.targets(lab), and whether the service runs: service.events(lab)"
        )
    if status in (502, 504):
        how = "did not answer in time: a security group in between" if status == 504 else "broke off"
        return (
            f"The balancer answers {status} by itself: the task that it asked {how}. Targets: {states}.\n"
            "  next: load_balancer.targets(lab) has the health checks' reasons"
        )
    return f"Nothing stands in the way: the answer is {status}. Targets: {states}."
