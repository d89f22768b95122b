"""May a visitor get through the load balancer to a task? What is in the way, read from describe calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.texts import read
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
        return _told("not-active", name=name, state=state)
    if balancer["Scheme"] == "internal":
        return _told("internal", name=name)
    return _route(lab, balancer) or _security_groups(lab, balancer, port) or _listener(lab, balancer, port)


def _route(lab: Connection, balancer: LoadBalancerTypeDef) -> str | None:
    subnet_ids = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
    if any(subnet.public and subnet.id in subnet_ids for subnet in network.subnets(lab, balancer["VpcId"])):
        return None
    return _told("no-route", name=balancer["LoadBalancerName"])


def _security_groups(lab: Connection, balancer: LoadBalancerTypeDef, port: int) -> str | None:
    groups = network_reader.security_groups(lab, balancer.get("SecurityGroups", []))
    if not groups or any(rules.ANYWHERE in rules.admitted(group, port) for group in groups):
        return None
    names = ", ".join(f"{group['GroupId']} ({group['GroupName']})" for group in groups)
    return _told("closed", names=names, port=port)


def _listener(lab: Connection, balancer: LoadBalancerTypeDef, port: int) -> str | None:
    ports = [listener["Port"] for listener in load_balancer_reader.listeners(lab, balancer)]
    if port in ports:
        return None
    on = f"port {', '.join(map(str, ports))}" if ports else "no port"
    return _told("no-listener", name=balancer["LoadBalancerName"], port=port, on=on)


def meaning(status: int, targets: Targets) -> str:
    """What an answer says about the way behind the balancer."""
    states = ", ".join(f"{count} {state}" for state, count in targets.states().items()) or "none at all"
    if status == 503:
        return _told("no-target", states=states)
    if status in (502, 504):
        how = "did not answer in time: a security group in between" if status == 504 else "broke off"
        return _told("task-failed", status=status, how=how, states=states)
    return f"Nothing stands in the way: the answer is {status}. Targets: {states}."


def _told(name: str, /, **facts: object) -> str:
    words = read(Path(__file__).parent, "reachability").entry(name)
    return f"{words.text('text', None, **facts)}\n  next: {words.text('next')}"
