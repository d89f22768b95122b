"""May this packet pass? The rules of a VPC, and the first one that refuses.

Pure: it sees the facts about one network interface and says yes, or who says no and why, in a sentence
for a learner. A request from the internet must find, in this order, a public IP, a route to an internet
gateway, a network ACL and a security group that allow it, and a container that listens. A network ACL is
stateless, so it must let the answer out too; a security group remembers.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ecslab.sandbox.world.network.vpc import (
    ANY,
    Acl,
    AclEntry,
    Endpoint,
    Facts,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
)

__all__ = [
    "ANY", "EPHEMERAL", "HTTPS", "PASSED", "SOMEWHERE", "Acl", "AclEntry", "Endpoint", "Facts", "Packet",
    "Route", "RouteTable", "Rule", "SecurityGroup", "StoppedBy", "Verdict", "egress", "inbound", "is_public",
]  # fmt: skip

StoppedBy = Literal["no-public-ip", "route", "network-acl", "security-group", "nothing-listening"]

HTTPS: Final = 443
EPHEMERAL: Final = 50_000
"""The port answers go back to; clients choose one from 1024–65535."""
SOMEWHERE: Final = "52.94.233.129"
"""An address on the internet, standing for all that are not in the VPC."""


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection to `port`; `source_groups` if it comes from a VPC's interface."""

    source: str
    port: int
    protocol: str = "tcp"
    source_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    passed: bool
    stopped_by: StoppedBy | None = None
    text: str = ""


PASSED: Final = Verdict(True)


def inbound(packet: Packet, facts: Facts, listening: Collection[int] | None = None) -> Verdict:
    """Whether the packet reaches a program behind the interface.

    Args:
        listening: ports on which a container listens; None leaves that question out.
    """
    route = facts.route_table.route_to(packet.source)
    if route is None or route.target != "local":
        refused = _no_way_in(route, packet, facts)
        if refused:
            return refused
    what = f"{packet.protocol.upper()} port {packet.port} from {packet.source}"
    arriving = (packet.protocol, packet.port, packet.source)
    entry = facts.acl.deciding(False, *arriving)
    if not (entry and entry.allow):
        return _stopped("network-acl", f"{_acl(facts, entry)} denies {what}.")
    entry = facts.acl.deciding(True, packet.protocol, EPHEMERAL, packet.source)
    if not (entry and entry.allow):
        text = f"lets the request in, but denies the answer out to {packet.source} (ports 1024-65535)."
        return _stopped("network-acl", f"{_acl(facts, entry)} {text}")
    rules = (rule for group in facts.groups for rule in group.inbound)
    if not _allowed(rules, *arriving, packet.source_groups):
        return _stopped("security-group", f"{_names(facts.groups)} no inbound rule that allows {what}.")
    if listening is not None and packet.port not in listening:
        return _stopped("nothing-listening", _nobody(packet.port, listening))
    return PASSED


def egress(facts: Facts, service: str | None = None, internet: bool = True, port: int = HTTPS) -> Verdict:
    """Whether the interface can open a connection outwards.

    Args:
        service: an AWS service by its endpoint's short name (`ecr.api`, `s3`); None for other hosts.
        internet: whether the destination can be reached over the internet as well.
    """
    endpoint = _endpoint(facts, service)
    what = service or "the internet"
    if endpoint is None:
        refused = _no_way_out(facts, what) if internet else _no_endpoint(facts, what)
        if refused:
            return refused
    inside = endpoint is not None and endpoint.interface
    address = facts.private_ip if inside else SOMEWHERE
    if not inside:  # an interface endpoint is taken to be in the same subnet, where no ACL looks
        for outbound, at in ((True, port), (False, EPHEMERAL)):
            entry = facts.acl.deciding(outbound, "tcp", at, address)
            if not (entry and entry.allow):
                way = f"TCP port {port} out to" if outbound else "the answers from"
                return _stopped("network-acl", f"{_acl(facts, entry)} denies {way} {what}.")
    endpoint_groups = tuple(group.id for group in endpoint.groups) if endpoint else ()
    rules = (rule for group in facts.groups for rule in group.outbound)
    if not _allowed(rules, "tcp", port, address, endpoint_groups):
        text = f"{_names(facts.groups)} no outbound rule that allows TCP port {port} to {what}."
        return _stopped("security-group", text)
    if endpoint is not None and inside:
        return _into(endpoint, facts, port)
    return PASSED


def is_public(route_table: RouteTable) -> bool:
    """A public subnet is one whose default route leads to an internet gateway."""
    route = route_table.route_to(SOMEWHERE)
    return route is not None and route.active and route.target.startswith("igw-")


def _no_way_in(route: Route | None, packet: Packet, facts: Facts) -> Verdict | None:
    if facts.public_ip is None:
        return _stopped(
            "no-public-ip",
            f"The task's network interface {facts.eni_id} has no public IP, so nothing on the internet "
            "can reach it.",
        )
    table = facts.route_table.id
    if route is None or not route.target.startswith("igw-"):
        return _stopped(
            "route",
            f"Subnet {facts.subnet_id} is private: its route table {table} has no route to an internet "
            f"gateway for {packet.source}.",
        )
    if not route.active:
        text = f"The route of route table {table} to {route.target} leads nowhere"
        return _stopped("route", f"{text}: that gateway is not attached to the VPC.")
    return None


def _no_way_out(facts: Facts, what: str) -> Verdict | None:
    route, table = facts.route_table.route_to(SOMEWHERE), facts.route_table.id
    if route is None:
        return _stopped(
            "route",
            f"Subnet {facts.subnet_id} is private: its route table {table} has no route to an internet "
            f"gateway or a NAT gateway, so {what} cannot be reached.",
        )
    if not route.active or (route.target.startswith("nat-") and route.target not in facts.online_nats):
        return _stopped(
            "route",
            f"The route of route table {table} to {route.target} leads nowhere, so {what} cannot be reached.",
        )
    if route.target.startswith("igw-") and facts.public_ip is None:
        return _stopped(
            "no-public-ip",
            f"Subnet {facts.subnet_id} reaches the internet through {route.target}, but the task's network "
            f"interface {facts.eni_id} has no public IP, so no answer from {what} can come back.",
        )
    return None


def _no_endpoint(facts: Facts, what: str) -> Verdict:
    return _stopped("route", f"The VPC of subnet {facts.subnet_id} has no endpoint for {what}.")


def _endpoint(facts: Facts, service: str | None) -> Endpoint | None:
    for endpoint in facts.endpoints:
        serves = endpoint.private_dns if endpoint.interface else facts.route_table.id in endpoint.route_tables
        if endpoint.service == service and serves:
            return endpoint
    return None


def _into(endpoint: Endpoint, facts: Facts, port: int) -> Verdict:
    mine = tuple(group.id for group in facts.groups)
    rules = (rule for group in endpoint.groups for rule in group.inbound)
    if _allowed(rules, "tcp", port, facts.private_ip, mine):
        return PASSED
    return _stopped(
        "security-group",
        f"VPC endpoint {endpoint.id}: {_names(endpoint.groups)} no inbound rule that allows TCP port {port} "
        f"from the task ({facts.private_ip}).",
    )


def _allowed(rules: Iterable[Rule], protocol: str, port: int, address: str, groups: Collection[str]) -> bool:
    return any(rule.allows(protocol, port, address, groups) for rule in rules)


def _stopped(by: StoppedBy, text: str) -> Verdict:
    return Verdict(False, by, text)


def _acl(facts: Facts, entry: AclEntry | None) -> str:
    return f"Network ACL {facts.acl.id} of subnet {facts.subnet_id} (rule {entry.number if entry else '*'})"


def _names(groups: Collection[SecurityGroup]) -> str:
    if len(groups) == 1:
        return "".join(f"Security group {group.id} ({group.name}) has" for group in groups)
    return "Security groups " + ", ".join(f"{group.id} ({group.name})" for group in groups) + " have"


def _nobody(port: int, listening: Collection[int]) -> str:
    ports = "port " + ", ".join(map(str, sorted(listening))) if listening else "no port"
    return f"The request reaches the task, but nothing in it listens on port {port}; it listens on {ports}."
