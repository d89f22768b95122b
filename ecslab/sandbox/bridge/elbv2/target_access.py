"""From a load balancer's node to a target: may the packet pass, and what does the container's program say?"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.interfaces import BalancerInterface, Interface
from ecslab.sandbox.bridge.ec2.network_facts import facts_of
from ecslab.sandbox.bridge.open_ports import program_behind
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.load_balancing.target_group import Target
from ecslab.sandbox.world.load_balancing.target_health import Answer, Check
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.time.clock import Leaves

Program = Callable[[HttpRequest], HttpResponse]
INSTANCES: Final = 6
"""The behaviour from which on targets that are instances are asked."""
CHECKER: Final = "ELB-HealthChecker/2.0"
_ALL: Final = (vpc.Rule(vpc.ANY, None, None, ("0.0.0.0/0",)),)
_OPEN: Final = vpc.SecurityGroup("none", "none", _ALL, _ALL)
"""What a network load balancer without security groups lets in and out."""


def check_of(group: FakeTargetGroup) -> Check:
    """How a target group (moto's) checks its targets."""
    port = group.health_check_port
    return Check(
        protocol=group.health_check_protocol or "HTTP",
        path=group.health_check_path or "/",
        port=None if port in (None, "traffic-port") else int(port),
        interval=float(group.health_check_interval_seconds),
        timeout=float(group.health_check_timeout_seconds),
        healthy_after=int(group.healthy_threshold_count),
        unhealthy_after=int(group.unhealthy_threshold_count),
        codes=getattr(group, "matcher", {}).get("HttpCode", "200"),
        enabled=str(group.health_check_enabled).lower() == "true",
    )


def ask(backend: ELBv2Backend, group: FakeTargetGroup, target: Target, check: Check) -> Answer:
    """One health check. A program that fails at it ends its container."""
    balancer = backend.load_balancers[group.load_balancer_arns[0]]
    node = balancer.node_for(target.az)
    port = check.port or target.port
    holder = holder_of(backend, group, target.ip)
    verdict, program = reach(backend, group, node, target.ip, port)
    if program is None or holder is None:
        return "refused" if verdict.stopped_by == "nothing-listening" else "timeout"
    if check.protocol == "TCP":
        return "connected"
    if check.protocol != "HTTP":  # the embedded programs speak no TLS
        return "refused"
    path, _, query = check.path.partition("?")
    headers = {"host": f"{holder.private_ip_address}:{port}", "user-agent": CHECKER, "connection": "close",
               "accept-encoding": "gzip, compressed"}  # fmt: skip
    try:
        status = program(HttpRequest("GET", path, query, headers, b"", str(node.private_ip_address))).status
    except ConnectionError:
        return "refused"
    visitors = current_account().visitors
    slow = visitors is not None and visitors.response(target.ip, port) > check.timeout
    return "timeout" if slow else status


def ask_again(backend: ELBv2Backend, group: FakeTargetGroup, target: Target, check: Check) -> Leaves | None:
    """What asking again and again leaves, if each answer is as the last one; None if that is not known."""
    if check.protocol != "HTTP":
        return Leaves(lambda _moments: None)  # nobody hears of a connection
    visitors = current_account().visitors
    if visitors is not None and not visitors.calm():
        return None
    holder = holder_of(backend, group, target.ip)
    container = program_behind(holder.id, check.port or target.port) if holder else None
    return container.repeats(check.port or target.port, check.interval) if container else None


def holder_of(backend: ELBv2Backend, group: FakeTargetGroup, target_id: str) -> Interface | None:
    """The network interface of a target: that of its address, or its instance's while that runs."""
    if not target_id.startswith("i-"):
        return task_network.holder_of(backend.region_name, group.vpc_id, target_id)
    if current_account().behaviour < INSTANCES:
        return None
    instance = backend.ec2_backend.get_instance_by_id(target_id)
    interface = instance.nics[0] if instance is not None and instance.state == "running" else None
    return interface if isinstance(interface, Interface) else None


def reach(
    backend: ELBv2Backend, group: FakeTargetGroup, node: BalancerInterface, ip: str, port: int,
    visitor: str | None = None,
) -> tuple[packets.Verdict, Program | None]:  # fmt: skip
    """Whether a packet from `node` gets to a program behind a target's address; with the program, if so.

    Args:
        visitor: the address that the packet keeps, where the target group preserves it.
    """
    holder = holder_of(backend, group, ip)
    if holder is None:
        text = f"No network interface in {group.vpc_id} has the address {ip}."
        return packets.Verdict(False, "route", text), None
    container = program_behind(holder.id, port)
    groups = tuple([group.id for group in holder.group_set])
    path = (f"{node.id} {visitor or ''}", holder.subnet.id, groups, port, ip)
    known = current_account().known_networks
    if container is None or known is None or path not in known.open_paths:
        verdict = _passage(node, holder, port, (port,) if container else (), visitor)
        if not verdict.passed or container is None:
            return verdict, None
        if known is not None:
            known.open_paths.add(path)
    return packets.PASSED, lambda request: container.request(request, port)


def node_facts(node: BalancerInterface) -> vpc.Facts:
    """What decides which packets reach and leave a node; one without security groups is open."""
    facts = facts_of(node.ec2_backend, node)
    return facts if facts.groups else replace(facts, groups=(_OPEN,))


def _passage(
    node: BalancerInterface, holder: Interface, port: int, listening: tuple[int, ...], visitor: str | None
) -> packets.Verdict:
    task_facts = facts_of(holder.ec2_backend, holder)
    if visitor is None:
        return packets.within(node_facts(node), task_facts, port, listening)
    groups = tuple(group.id for group in node.group_set)
    packet = packets.Packet(visitor, port, source_groups=groups, relayed=True)
    return packets.inbound(packet, task_facts, listening)
