"""Addresses: never one in use twice, and never a stranger's.

Public addresses come from the ranges kept for documentation and tests (RFC 5737, RFC 2544).
AWS keeps the first four addresses and the last of each subnet:
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""

from collections.abc import Container, Sized
from functools import cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Final, Protocol

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.subnets import Subnet

from ecslab.sandbox.bridge.determinism import rng

PUBLIC: Final = (IPv4Network("203.0.113.0/24"), IPv4Network("198.18.0.0/15"))

CROWDED: Final = 1000
_FEW: Final = 256
RESERVED: Final = 4
"""Addresses that AWS keeps at the start of a subnet; it keeps the last one too."""


class NoFreeAddress(Exception):
    """The subnet, or the pool of public addresses, has none left."""


class Held(Container[str], Sized, Protocol):
    """Addresses that are in use."""


def take_public(used: Held) -> str:
    """A public address that is not in `used`; the small pool comes last once it must be nearly full."""
    for pool in PUBLIC if len(used) < CROWDED else reversed(PUBLIC):
        address = _free(pool, used, first=1, spared=1)
        if address:
            return address
    raise NoFreeAddress("no public address is left")


def take_private(subnet: Subnet) -> str:
    """An address of a moto subnet that no interface or instance holds."""
    used = subnet._subnet_ips  # also where moto notes the addresses of instances
    address = _free(subnet.cidr, used, first=RESERVED, spared=1)
    if not address:
        raise NoFreeAddress(f"subnet {subnet.id} has no free address")
    return address


def is_true(value: object) -> bool:
    """Whether moto keeps a yes here, as a text or as itself."""
    return str(value).lower() == "true"


def ipv6_block(subnet: Subnet) -> IPv6Network | None:
    """The block of IPv6 addresses that a moto subnet has now."""
    for association in subnet.ipv6_cidr_block_associations.values():
        if association["ipv6CidrBlockState"]["State"] == "associated":
            return IPv6Network(association["ipv6CidrBlock"])
    return None


def ipv6_of(eni_id: str, block: IPv6Network) -> str:
    """An interface's address in its subnet's block: of its id alone, so that nothing is drawn."""
    number = int.from_bytes(sha256(eni_id.encode()).digest()[:16])
    return str(block[RESERVED + number % (block.num_addresses - RESERVED - 1)])


def check_private(address: str, subnet: Subnet, named: str = "") -> None:
    """Refuse an address that somebody asks for in a moto subnet and cannot have (EC2ClientError).

    `named` is the address, where EC2 names it: RunInstances does, CreateNetworkInterface does not.
    """
    what = f"Address {named}".rstrip()
    try:
        number = int(IPv4Address(address)) - int(subnet.cidr.network_address)
    except ValueError:
        text = f"invalid value for parameter address: {address}"  # U
        raise EC2ClientError("InvalidParameterValue", text) from None
    size = subnet.cidr.num_addresses
    if not 0 <= number < size:
        text = f"{what} does not fall within the subnet's address range"
        raise EC2ClientError("InvalidParameterValue", text)
    if number < RESERVED or number == size - 1:
        text = f"{what} is in subnet's reserved address range"
        raise EC2ClientError("InvalidParameterValue", text)
    if address in subnet._subnet_ips:
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {address} is in use.")


def private_dns(address: str, region: str) -> str:
    zone = "ec2" if region == "us-east-1" else f"{region}.compute"
    return f"ip-{address.replace('.', '-')}.{zone}.internal"


def public_dns(address: str, region: str) -> str:
    zone = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{address.replace('.', '-')}.{zone}.amazonaws.com"


def _free(pool: IPv4Network, used: Container[str], first: int, spared: int) -> str | None:
    size = pool.num_addresses - first - spared
    start = rng.randrange(size) if size > 0 else 0
    known = _addresses(pool) if pool.num_addresses <= _FEW else None
    for offset in range(size):
        number = first + (start + offset) % size
        address = known[number] if known else str(pool[number])
        if address not in used:
            return address
    return None


@cache
def _addresses(pool: IPv4Network) -> tuple[str, ...]:
    """All of a small pool's, as texts: one that is full is looked through for every task."""
    return tuple(map(str, pool))
