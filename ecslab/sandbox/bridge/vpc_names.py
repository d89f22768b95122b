"""Names, as the resolver of a VPC answers them.

A private hosted zone of the VPC answers first, and alone for the names in it; then the names that AWS gives:
of private and public addresses, and of load balancers. No other name is known: there is no internet here.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import network_facts
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.network import outside
from ecslab.sandbox.world.network.name_cache import NameAnswer, NameCache

SINCE: Final = 7
"""The behaviour from which on resolvers remember."""
_SOA: Final = 900
"""Seconds for which it is remembered that a zone has no such name: the TTL of its SOA record."""
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


def resolve(name: str, region: str, vpc_id: str, asker: str) -> tuple[str, ...]:
    """The addresses that a name stands for, seen from within a VPC; an address stands for itself.

    What a private zone answers is remembered for its TTL, and so is that it has no such name.

    Args:
        asker: the id of the network interface that asks, whose resolver remembers.

    Raises:
        LookupError: nobody knows the name, or the VPC has its resolver off.
    """
    try:
        return (str(ip_address(name)),)
    except ValueError:
        pass
    if vpc_id and not network_facts.answers_names(_ec2(region), vpc_id):
        raise LookupError(name)
    full = _plain(name)
    full = full if "." in full else f"{full}.{domain(region)}"
    return _remembered(full, asker, lambda: _looked_up(full, region, vpc_id, MOST_ALIASES))


def services(name: str, region: str, vpc_id: str, asker: str) -> tuple[str, ...]:
    """The SRV records of a name, which private zones alone have; remembered likewise.

    Raises:
        LookupError: it has none.
    """
    ec2, full = _ec2(region), _plain(name)
    within = bool(vpc_id) and network_facts.answers_names(ec2, vpc_id)
    zone = _zone(full, vpc_id) if within and network_facts.gives_names(ec2, vpc_id) else None
    if zone is None:
        raise LookupError(name)
    return _remembered(f"SRV {full}", asker, lambda: _srv(zone, full))


def _remembered(key: str, asker: str, ask: Callable[[], NameAnswer]) -> tuple[str, ...]:
    """What the asker's resolver has kept, or else what is answered now; LookupError if that is nothing."""
    account = current_account()
    cache, now = account.resolvers.get(asker), account.clock.now
    records = cache.recall(key, now) if cache else None
    if records is None:
        answer = ask()
        records = answer.addresses
        if answer.ttl and account.behaviour >= SINCE:
            account.resolvers.setdefault(asker, NameCache()).keep(key, answer, now)
    if not records:
        raise LookupError(key)
    return records


def _srv(zone: Any, name: str) -> NameAnswer:
    if hasattr(zone, "targets"):  # of a namespace of Cloud Map
        answer: NameAnswer = zone.targets(name)
        return answer
    records = _records(zone, name, ("SRV",))
    ttls = [int(record.ttl) for record in records if record.ttl is not None]
    values = tuple(value for record in records for value in record.records)
    return NameAnswer(values, min(ttls, default=0) if records else _SOA)


def _looked_up(name: str, region: str, vpc_id: str, left: int) -> NameAnswer:
    named = not vpc_id or network_facts.gives_names(_ec2(region), vpc_id)
    zone = _zone(name, vpc_id) if named else None
    if zone is not None:
        return _of_zone(zone, name, region, vpc_id, left)
    for pattern, find in ((_PRIVATE, _private), (_PUBLIC, _public)):
        parts = pattern.fullmatch(name)
        if parts:
            return NameAnswer(find(".".join(parts.groups()[:4]), region, vpc_id) if named else ())
    load_balancing = current_account().load_balancing
    balancer = load_balancing and load_balancing.find(name.removeprefix("dualstack."))
    return NameAnswer(load_balancing.addresses(balancer) if load_balancing and balancer else ())


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


def _of_zone(zone: Any, name: str, region: str, vpc_id: str, left: int) -> NameAnswer:
    """What a zone says of a name; of several TTLs the shortest holds. What an alias leads to has its own."""
    if hasattr(zone, "lookup"):  # of a namespace of Cloud Map
        answer: NameAnswer = zone.lookup(name)
        return answer
    records, addresses = _records(zone, name), list[str]()
    ttls = [int(record.ttl) for record in records if record.ttl is not None]
    for record in records:
        if record.alias_target:
            following = [_plain(str(record.alias_target["DNSName"]))]
        elif record.type == "CNAME":
            following = [_plain(value) for value in record.records]
        else:
            addresses += record.records
            continue
        for target in following[:1] if left else ():
            inner = _looked_up(target, region, vpc_id, left - 1)
            addresses += inner.addresses
            ttls.append(inner.ttl)
    return NameAnswer(tuple(addresses), min(ttls, default=0) if records else _SOA)


def _records(zone: Any, name: str, kinds: tuple[str, ...] = ("A", "CNAME")) -> list[Any]:
    """The records of a name, or of the wildcard next to it; of several with weights, those above 0."""
    for asked in (name, *_wildcards(name, _plain(zone.name))):
        fitting = [
            record for record in zone.rrsets
            if _plain(record.name).replace("\\052", "*") == asked and record.type in kinds
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
