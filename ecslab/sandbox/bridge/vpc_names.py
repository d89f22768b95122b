"""Names, as the resolver of a VPC answers them.

A private hosted zone of the VPC answers first, and alone for the names in it; then the names that AWS gives:
of private and public addresses, and of load balancers. No other name is known: there is no internet here.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import network_facts
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.network import outside

MOST_ALIASES: Final = 8
"""How many names in a row may stand for another."""
_PRIVATE: Final = re.compile(r"ip-(\d+)-(\d+)-(\d+)-(\d+)\.(ec2|[\w-]+\.compute)\.internal")
_PUBLIC: Final = re.compile(r"ec2-(\d+)-(\d+)-(\d+)-(\d+)\.(compute-1|[\w-]+\.compute)\.amazonaws\.com")


def domain(region: str) -> str:
    """Where names without a dot are looked for."""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def resolver(region: str, vpc_id: str) -> str:
    """The address of the VPC's resolver, or of the one that a machine outside AWS has."""
    if not vpc_id:
        return outside.ROUTER
    return network_facts.resolver(_ec2(region), vpc_id)


def resolve(name: str, region: str, vpc_id: str) -> tuple[str, ...]:
    """The addresses that a name stands for, seen from within a VPC; an address stands for itself.

    Raises:
        LookupError: nobody knows the name, or the VPC has its resolver off.
    """
    try:
        return (str(ip_address(name)),)
    except ValueError:
        pass
    if vpc_id and not network_facts.answers_names(_ec2(region), vpc_id):
        raise LookupError(name)
    full = name.rstrip(".").lower()
    addresses = _looked_up(full if "." in full else f"{full}.{domain(region)}", region, vpc_id, MOST_ALIASES)
    if not addresses:
        raise LookupError(name)
    return addresses


def _looked_up(name: str, region: str, vpc_id: str, left: int) -> tuple[str, ...]:
    named = not vpc_id or network_facts.gives_names(_ec2(region), vpc_id)
    zone = _zone(name, vpc_id) if named else None
    if zone is not None:
        return tuple(_of_zone(zone, name, region, vpc_id, left))
    for pattern, find in ((_PRIVATE, _private), (_PUBLIC, _public)):
        parts = pattern.fullmatch(name)
        if parts:
            return find(".".join(parts.groups()[:4]), region, vpc_id) if named else ()
    load_balancing = current_account().load_balancing
    balancer = load_balancing and load_balancing.find(name.removeprefix("dualstack."))
    return load_balancing.addresses(balancer) if load_balancing and balancer else ()


def _private(address: str, region: str, vpc_id: str) -> tuple[str, ...]:
    """The address in the name, if it is one of the VPC's, held or not (U: of addresses that nobody holds)."""
    if not vpc_id:
        return ()
    subnets = _ec2(region).describe_subnets(filters={"vpc-id": [vpc_id]})
    return (address,) if any(IPv4Address(address) in subnet.cidr for subnet in subnets) else ()


def _public(address: str, region: str, vpc_id: str) -> tuple[str, ...]:
    """Within the VPC of its holder, a public name stands for the private address."""
    for interface in _ec2(region).enis.values():
        if interface.public_ip == address:
            return (str(interface.private_ip_address),) if interface.vpc_id == vpc_id else (address,)
    return ()


def _zone(name: str, vpc_id: str) -> Any:
    """moto's private hosted zone of this VPC that has most of the name; None if there is none."""
    held = [zone for zone in backend("route53").zones.values() if zone.private_zone]
    fitting = [
        zone for zone in held
        if any(vpc.get("vpc_id") == vpc_id for vpc in zone.vpcs) and _is_within(name, _plain(zone.name))
    ]  # fmt: skip
    return max(fitting, key=lambda zone: len(zone.name), default=None)


def _of_zone(zone: Any, name: str, region: str, vpc_id: str, left: int) -> Iterator[str]:
    for record in _records(zone, name):
        if record.alias_target:
            following = [_plain(str(record.alias_target["DNSName"]))]
        elif record.type == "CNAME":
            following = [_plain(value) for value in record.records]
        else:
            yield from record.records
            continue
        for target in following[:1] if left else ():
            yield from _looked_up(target, region, vpc_id, left - 1)


def _records(zone: Any, name: str) -> list[Any]:
    """The records of a name, or of the wildcard next to it; of several with weights, those above 0."""
    for asked in (name, *_wildcards(name, _plain(zone.name))):
        fitting = [
            record for record in zone.rrsets
            if _plain(record.name).replace("\\052", "*") == asked and record.type in ("A", "CNAME")
        ]  # fmt: skip
        if fitting:
            return [record for record in fitting if str(record.weight or "1") != "0"]
    return []


def _wildcards(name: str, end: str) -> Iterator[str]:
    while name != end and "." in name:
        name = name.partition(".")[2]
        yield f"*.{name}"


def _is_within(name: str, zone: str) -> bool:
    return name == zone or name.endswith(f".{zone}")


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _ec2(region: str) -> EC2Backend:
    return ec2_backends[DEFAULT_ACCOUNT_ID][region]
