"""May this packet pass? The rules of a VPC, and the first one that refuses.

Pure: it sees the facts about one network interface and says yes, or who says no and why, in a sentence
for a learner. A request from the internet must find, in this order, a public IP (every IPv6 address is one),
a route to an internet gateway, a network ACL and a security group that allow it, and a container that
listens. A network ACL is stateless, so it must let the answer out too; a security group remembers.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from ecslab.sandbox.world.network.vpc import (
    AclEntry,
    Endpoint,
    Facts,
    Nat,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    is_ipv6,
)
from ecslab.sandbox.world.texts import Sentences

_SENTENCES: Final = Sentences(__file__)
StoppedBy = Literal[
    "no-public-ip", "route", "network-acl", "security-group", "nothing-listening", "name-resolution"
]

HTTPS: Final = 443
EPHEMERAL: Final = 50_000
"""The port answers go back to; clients choose one from 1024–65535."""
SOMEWHERE: Final = "52.94.233.129"
"""An address on the internet, standing for all that are not in the VPC."""
SOMEWHERE_IPV6: Final = "2001:db8:ffff::1"


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection to `port`.

    Attributes:
        source_groups, source_subnet: if it comes from an interface of the VPC; no ACL looks at what stays
            within a subnet.
        relayed: a network load balancer brings it and leaves it the visitor's address: no route is asked.
    """

    source: str
    port: int
    protocol: str = "tcp"
    source_groups: tuple[str, ...] = ()
    source_subnet: str = ""
    relayed: bool = False

    @property
    def protocol_name(self) -> str:
        return self.protocol.upper()


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
    if not packet.relayed and (route is None or route.target != "local"):
        refused = _no_way_in(route, packet, facts)
        if refused:
            return refused
    arriving = (packet.protocol, packet.port, packet.source)
    if packet.source_subnet != facts.subnet_id:
        entry = facts.acl.deciding(False, *arriving)
        if not (entry and entry.allow):
            return _denied(facts, entry, "acl_denies", packet=packet)
        entry = facts.acl.deciding(True, packet.protocol, EPHEMERAL, packet.source)
        if not (entry and entry.allow):
            return _denied(facts, entry, "acl_denies_answer", packet=packet)
    rules = (rule for group in facts.groups for rule in group.inbound)
    if not _allowed(rules, *arriving, packet.source_groups):
        return _stopped("security-group", "no_inbound_rule", groups=_names(facts.groups), packet=packet)
    if listening is not None and packet.port not in listening:
        ports = "port " + ", ".join(map(str, sorted(listening))) if listening else "no port"
        return _stopped("nothing-listening", "nobody", packet=packet, ports=ports)
    return PASSED


def within(
    facts: Facts, to: Facts, port: int, listening: Collection[int] | None = None, ipv6: bool = False
) -> Verdict:
    """Whether the interface can open a connection to another one of its VPC."""
    groups = tuple(group.id for group in to.groups)
    address = to.ipv6 if ipv6 and to.ipv6 else to.private_ip
    rules = (rule for group in facts.groups for rule in group.outbound)
    if not _allowed(rules, "tcp", port, address, groups):
        named = _names(facts.groups)
        return _stopped("security-group", "no_outbound_rule", groups=named, port=port, what=address)
    if facts.subnet_id != to.subnet_id:
        refused = _across(facts, port, address, address)
        if refused:
            return refused
    mine, source = tuple(group.id for group in facts.groups), facts.address_for(address)
    packet = Packet(source, port, source_groups=mine, source_subnet=facts.subnet_id)
    return inbound(packet, to, listening)


def egress(
    facts: Facts, service: str | None = None, internet: bool = True, port: int = HTTPS, to: str = "",
) -> Verdict:  # fmt: skip
    """Whether the interface can open a connection outwards.

    Args:
        service: an AWS service by its endpoint's short name (`ecr.api`, `s3`); None for other hosts.
        internet: whether the destination can be reached over the internet as well.
        to: the address, where it is known; other hosts are found by their names.
    """
    endpoint = endpoint_for(facts, service)
    destination = service or to or "the internet"
    if not to and not facts.resolves:
        return _stopped("name-resolution", "no_names", facts=facts, what=destination)
    if endpoint is None:
        nowhere = _stopped("route", "no_endpoint", facts=facts, what=destination)
        refused = _no_way_out(facts, destination, to) if internet else nowhere
        if refused:
            return refused
    inside = endpoint is not None and endpoint.interface
    address = facts.private_ip if inside else to or SOMEWHERE
    if not inside:  # an interface endpoint is taken to be in the same subnet, where no ACL looks
        refused = _across(facts, port, address, destination)
        if refused is None and endpoint is None and not is_ipv6(address):
            refused = _through_nat(facts, port, address, destination)
        if refused:
            return refused
    endpoint_groups = tuple(group.id for group in endpoint.groups) if endpoint else ()
    rules = (rule for group in facts.groups for rule in group.outbound)
    if not _allowed(rules, "tcp", port, address, endpoint_groups):
        groups = _names(facts.groups)
        return _stopped("security-group", "no_outbound_rule", groups=groups, port=port, what=destination)
    if endpoint is not None and inside:
        return _into(endpoint, facts, port)
    return PASSED


def seen_as(facts: Facts, by: str = SOMEWHERE) -> str:
    """The address by which the internet knows the interface: its public IP, or that of its NAT gateway."""
    if is_ipv6(by):
        return facts.address_for(by)
    nat = _nat(facts)
    return (nat.public_ip if nat else facts.public_ip) or facts.private_ip


def is_public(route_table: RouteTable) -> bool:
    """A public subnet is one whose default route leads to an internet gateway."""
    route = route_table.route_to(SOMEWHERE)
    return route is not None and route.active and route.target.startswith("igw-")


def _no_way_in(route: Route | None, packet: Packet, facts: Facts) -> Verdict | None:
    if facts.public_ip is None and not is_ipv6(packet.source):
        return _stopped("no-public-ip", "no_public_ip", facts=facts)
    if route is None or not route.target.startswith("igw-"):
        return _stopped("route", "no_way_in", facts=facts, packet=packet)
    return None if route.active else _stopped("route", "dead_way_in", facts=facts, route=route)


def _no_way_out(facts: Facts, destination: str, to: str) -> Verdict | None:
    if is_ipv6(to):
        return _no_ipv6_way_out(facts, destination)
    route = facts.route_table.route_to(SOMEWHERE)
    if route is None:
        return _stopped("route", "no_way_out", facts=facts, what=destination)
    if not route.active or (route.target.startswith("nat-") and _nat(facts) is None):
        return _stopped("route", "dead_way_out", facts=facts, route=route, what=destination)
    if route.target.startswith("igw-") and facts.public_ip is None:
        return _stopped("no-public-ip", "no_way_back", facts=facts, route=route, what=destination)
    return None


def _no_ipv6_way_out(facts: Facts, destination: str) -> Verdict | None:
    route = facts.route_table.route_to(SOMEWHERE_IPV6)
    if facts.ipv6 is None:
        return _stopped("route", "no_ipv6", facts=facts, what=destination)
    if route is None or not route.target.startswith(("igw-", "eigw-")):
        return _stopped("route", "no_ipv6_way_out", facts=facts, what=destination)
    if route.active:
        return None
    return _stopped("route", "dead_way_out", facts=facts, route=route, what=destination)


def _across(facts: Facts, port: int, address: str, destination: str) -> Verdict | None:
    """What the ACL of the interface's subnet says of a connection out of it, and of the answers."""
    for outbound, at in ((True, port), (False, EPHEMERAL)):
        entry = facts.acl.deciding(outbound, "tcp", at, address)
        if not (entry and entry.allow):
            name = "acl_denies_out" if outbound else "acl_denies_back"
            return _denied(facts, entry, name, port=port, what=destination)
    return None


def _through_nat(facts: Facts, port: int, address: str, destination: str) -> Verdict | None:
    """What the ACL of the NAT gateway's subnet says of what it passes on, in both directions."""
    nat = _nat(facts)
    if nat is None:
        return None
    gateway = replace(facts, subnet_id=nat.subnet_id, acl=nat.acl)
    if nat.subnet_id != facts.subnet_id:
        asking = Packet(facts.private_ip, port)
        for outbound, at, name in ((False, port, "acl_denies"), (True, EPHEMERAL, "acl_denies_answer")):
            entry = nat.acl.deciding(outbound, "tcp", at, facts.private_ip)
            if not (entry and entry.allow):
                return _denied(gateway, entry, name, packet=asking)
    return _across(gateway, port, address, destination)


def _nat(facts: Facts) -> Nat | None:
    """The NAT gateway that the way to the internet leads to, if it does."""
    route = facts.route_table.route_to(SOMEWHERE)
    return next((nat for nat in facts.nats if route and nat.id == route.target), None)


def endpoint_for(facts: Facts, service: str | None) -> Endpoint | None:
    """The VPC endpoint by which the interface reaches a service, if it does."""
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
    parts = {"endpoint": endpoint, "groups": _names(endpoint.groups), "port": port, "facts": facts}
    return _stopped("security-group", "no_endpoint_rule", **parts)


def _allowed(rules: Iterable[Rule], protocol: str, port: int, address: str, groups: Collection[str]) -> bool:
    return any(rule.allows(protocol, port, address, groups) for rule in rules)


def _stopped(by: StoppedBy, name: str, **parts: object) -> Verdict:
    return Verdict(False, by, _SENTENCES(name, **parts))


def _denied(facts: Facts, entry: AclEntry | None, name: str, **parts: object) -> Verdict:
    rule = entry.number if entry else "*"
    return _stopped("network-acl", "acl", facts=facts, rule=rule, what=_SENTENCES(name, **parts))


def _names(groups: Collection[SecurityGroup]) -> str:
    if len(groups) == 1:
        return "".join(f"Security group {group.id} ({group.name}) has" for group in groups)
    return "Security groups " + ", ".join(f"{group.id} ({group.name})" for group in groups) + " have"
