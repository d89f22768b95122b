"""From the balancer's name to the tasks behind it, read from describe calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.resources import service
from ecslab.resources.load_balancer.target_health import Target, look
from ecslab.resources.network import network_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ListenerTypeDef, LoadBalancerTypeDef, TargetGroupTypeDef


@dataclass(frozen=True, repr=False)
class Chain(ShownAsTable):
    """What stands one behind the other. It shows itself as a table; `figures.balancer` draws it.

    Attributes:
        dns_name: the balancer's, which visitors ask.
        port: of its listener; None if it has none.
        target_group, health_path: where the listener forwards to, and what the health checks ask for.
        targets: its members.
        service: who registers them.
        balancer_group, tasks_group: the security groups, by name; several with commas between them.
    """

    dns_name: str
    port: int | None
    target_group: str
    health_path: str
    targets: tuple[Target, ...]
    service: str
    balancer_group: str
    tasks_group: str

    def _table(self) -> Table:
        rows = [
            ("load balancer", self.dns_name, "ELB: describe-load-balancers → DNSName"),
            ("its security group", self.balancer_group, "→ SecurityGroups"),
            ("listener", f"port {self.port}" if self.port else "none", "ELB: describe-listeners"),
            ("target group", self.target_group, "→ DefaultActions → TargetGroupArn"),
            *(("target", f"{each.ip}, {each.state}", "ELB: describe-target-health") for each in self.targets),
            ("service", self.service, "ECS: describe-services → loadBalancers"),
            ("the tasks' security group", self.tasks_group, "→ networkConfiguration → securityGroups"),
        ]
        return Table("", ("link", "which", "found by"), tuple(rows))


def follow(
    lab: Connection,
    balancer: LoadBalancerTypeDef,
    listener: ListenerTypeDef | None,
    group: TargetGroupTypeDef,
) -> Chain:
    """The chain, from what ELB shows of its first three links."""
    existing = service.find(lab)
    tasks_groups = service_reader.network_of(existing).get("securityGroups", []) if existing else []
    return Chain(
        dns_name=balancer["DNSName"],
        port=listener["Port"] if listener else None,
        target_group=group["TargetGroupName"],
        health_path=group.get("HealthCheckPath", "(a connection)"),
        targets=look(lab, group).members,
        service=existing["serviceName"] if existing else "(none)",
        balancer_group=_names(lab, balancer.get("SecurityGroups", [])),
        tasks_group=_names(lab, tasks_groups),
    )


def _names(lab: Connection, ids: Sequence[str]) -> str:
    groups = network_reader.security_groups(lab, ids)
    return ", ".join(sorted(group["GroupName"] for group in groups)) or "(none)"
