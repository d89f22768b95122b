"""What decides about packets in a VPC, as facts: security groups, network ACLs, routes, endpoints.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

ANY: Final = "-1"


@dataclass(frozen=True)
class Rule:
    """One entry of a security group: traffic it allows, from (or to) addresses or members of groups."""

    protocol: str
    from_port: int | None
    to_port: int | None
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def allows(self, protocol: str, port: int, address: str, groups: Collection[str] = ()) -> bool:
        return (
            _covers(self.protocol, self.from_port, self.to_port, protocol, port)
            and (any(_within(address, cidr) for cidr in self.cidrs)
                 or any(group in groups for group in self.groups))
        )  # fmt: skip


@dataclass(frozen=True)
class SecurityGroup:
    id: str
    name: str
    inbound: tuple[Rule, ...] = ()
    outbound: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class AclEntry:
    """A numbered entry of a network ACL; the lowest number that matches decides."""

    number: int
    allow: bool
    outbound: bool
    protocol: str = ANY
    from_port: int | None = None
    to_port: int | None = None
    cidr: str = "0.0.0.0/0"


@dataclass(frozen=True)
class Acl:
    id: str
    entries: tuple[AclEntry, ...]

    def deciding(self, outbound: bool, protocol: str, port: int, address: str) -> AclEntry | None:
        """The entry that decides, or None: then the closing `*` entry denies."""
        matching = (
            entry
            for entry in self.entries
            if entry.outbound == outbound
            and _covers(entry.protocol, entry.from_port, entry.to_port, protocol, port)
            and _within(address, entry.cidr)
        )
        return min(matching, key=lambda entry: entry.number, default=None)


@dataclass(frozen=True)
class Route:
    """Where packets for `destination` go. `target` is `local` or an id (`igw-…`, `eigw-…`, `nat-…`)."""

    destination: str
    target: str
    active: bool = True


@dataclass(frozen=True)
class RouteTable:
    id: str
    routes: tuple[Route, ...]

    def route_to(self, address: str) -> Route | None:
        """The most specific route that covers the address."""
        matching = (route for route in self.routes if _within(address, route.destination))
        return max(matching, key=lambda route: _network(route.destination).prefixlen, default=None)


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint. `service` is the short name: `ecr.api`, `ecr.dkr`, `s3`, `logs`; `policy` is JSON."""

    id: str
    service: str
    interface: bool
    groups: tuple[SecurityGroup, ...] = ()
    private_dns: bool = True
    route_tables: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class Nat:
    """A NAT gateway that is available: where it stands, and which ACL looks at what it passes on."""

    id: str
    subnet_id: str
    acl: Acl
    public_ip: str | None = None


@dataclass(frozen=True)
class Facts:
    """All that decides what may reach, and leave, one network interface.

    `nats` are the NAT gateways that are available and themselves reach the internet; `resolves` says whether
    the VPC's resolver answers (`enableDnsSupport`), which stands at `resolver`.
    """

    eni_id: str
    subnet_id: str
    private_ip: str
    public_ip: str | None
    route_table: RouteTable
    acl: Acl
    groups: tuple[SecurityGroup, ...]
    endpoints: tuple[Endpoint, ...] = ()
    nats: tuple[Nat, ...] = ()
    resolves: bool = True
    resolver: str = ""
    ipv6: str | None = None

    def address_for(self, other: str) -> str:
        """The interface's own address in a connection with `other`, by the family that this is of."""
        return (self.ipv6 or "") if is_ipv6(other) else self.private_ip


def is_ipv6(address: str) -> bool:
    return ":" in address


def _covers(rule: str, low: int | None, high: int | None, protocol: str, port: int) -> bool:
    if rule == ANY:
        return True
    return rule == protocol and (low is None or low == -1 or (low <= port <= (low if high is None else high)))


@lru_cache(maxsize=8192)
def _within(address: str, cidr: str) -> bool:
    return ip_address(address) in _network(cidr)


@lru_cache(maxsize=1024)
def _network(cidr: str) -> IPv4Network | IPv6Network:
    return ip_network(cidr, strict=False)
