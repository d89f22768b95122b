"""From a load balancer's node to a target: may the packet pass, and what does the container's program say?"""

from collections.abc import Callable
from typing import Final

from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.interfaces import BalancerInterface
from ecslab.sandbox.bridge.ec2.network_facts import security_group
from ecslab.sandbox.bridge.open_ports import program_behind
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.load_balancing.target_group import Target
from ecslab.sandbox.world.load_balancing.target_health import Answer, Check
from ecslab.sandbox.world.network import packets

Program = Callable[[HttpRequest], HttpResponse]
CHECKER: Final = "ELB-HealthChecker/2.0"


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
    verdict, program = reach(backend, group, node, target.ip, port)
    if program is None:
        return "refused" if verdict.stopped_by == "nothing-listening" else "timeout"
    if check.protocol == "TCP":
        return "connected"
    if check.protocol != "HTTP":  # the embedded programs speak no TLS
        return "refused"
    path, _, query = check.path.partition("?")
    headers = {"host": f"{target.ip}:{port}", "user-agent": CHECKER, "connection": "close",
               "accept-encoding": "gzip, compressed"}  # fmt: skip
    try:
        return program(HttpRequest("GET", path, query, headers, b"", str(node.private_ip_address))).status
    except ConnectionError:
        return "refused"


def reach(
    backend: ELBv2Backend, group: FakeTargetGroup, node: BalancerInterface, ip: str, port: int
) -> tuple[packets.Verdict, Program | None]:
    """Whether a packet from `node` gets to a program behind a target's address; with the program, if so."""
    eni = task_network.find_private(backend.region_name, group.vpc_id, ip)
    if eni is None:
        text = f"No network interface in {group.vpc_id} has the address {ip}."
        return packets.Verdict(False, "route", text), None
    container = program_behind(eni.eni_id, port)
    path = (node.id, eni.subnet_id, eni.group_ids, port, ip)
    open_paths = current_account().open_paths
    if container is None or open_paths is None or path not in open_paths:
        verdict = _passage(node, eni, port, listening=container is not None)
        if not verdict.passed or container is None:
            return verdict, None
        if open_paths is not None:
            open_paths.add(path)
    return packets.PASSED, lambda request: container.request(request, port)


def _passage(
    node: BalancerInterface, eni: task_network.Eni, port: int, *, listening: bool
) -> packets.Verdict:
    out = _may_leave(node, eni.private_ip, port, eni.group_ids)
    if not out.passed:
        return out
    groups = tuple(group.id for group in node.group_set)
    packet = packets.Packet(str(node.private_ip_address), port, source_groups=groups)
    return packets.inbound(packet, task_network.network_facts(eni), (port,) if listening else ())


def _may_leave(node: BalancerInterface, ip: str, port: int, groups: tuple[str, ...]) -> packets.Verdict:
    """A node without security groups (a network load balancer's) may send anywhere."""
    own = [security_group(node.ec2_backend, group) for group in node.group_set]
    allowed = (rule.allows("tcp", port, ip, groups) for group in own for rule in group.outbound)
    if not own or any(allowed):
        return packets.PASSED
    names = ", ".join(group.id for group in own)
    text = f"The load balancer's security group ({names}) has no outbound rule that allows TCP port {port} "
    return packets.Verdict(False, "security-group", text + f"to {ip}.")
