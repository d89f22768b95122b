"""Elastic Load Balancing's refusals; `refusals.toml` has their sentences."""

from collections.abc import Iterable
from typing import Final

from moto.ec2.models.subnets import Subnet
from moto.elbv2.exceptions import ELBClientError

from ecslab.sandbox.world.texts import Sentences

MOST_NAME: Final = 32
KINDS: Final = ("application", "network")
IP_TYPES: Final = ("ipv4", "dualstack", "dualstack-without-public-ipv4")
RANGES: Final = {
    "healthCheckIntervalSeconds": (5, 300),
    "healthCheckTimeoutSeconds": (2, 120),
    "healthyThresholdCount": (2, 10),
    "unhealthyThresholdCount": (2, 10),
    "port": (1, 65535),
}
"""API_CreateTargetGroup, API_CreateListener."""
_SENTENCES: Final = Sentences(__file__)


def refusal(kind: str, /, **parts: object) -> ELBClientError:
    """The refusal of this kind, with the parts of its sentence filled in."""
    code, _, message = _SENTENCES(kind, **parts).partition(": ")
    return ELBClientError(code, message)


def check_kind(kind: str) -> None:
    """Refuse a type of load balancer that is none, or that is not carried."""
    if kind == "gateway":
        raise refusal("not_carried", what="load balancers of type gateway")
    if kind not in KINDS:
        raise refusal("bad_word", value=kind, name="type", words=", ".join((*KINDS, "gateway")))


def check_name(name: str) -> None:
    """Refuse what is no load balancer's name (API_CreateLoadBalancer)."""
    if len(name) > MOST_NAME:
        raise refusal("long_name", name=name, most=MOST_NAME)
    if not all(letter == "-" or (letter.isascii() and letter.isalnum()) for letter in name):
        raise refusal("bad_name", name=name)
    if name.startswith(("-", "internal-")) or name.endswith("-"):
        raise refusal("bad_edges", name=name)


def check_ip_type(ip_type: str, kind: str) -> None:
    """Refuse an address type that no load balancer of this kind has (API_CreateLoadBalancer)."""
    if ip_type not in IP_TYPES:
        raise refusal("bad_word", value=ip_type, name="ipAddressType", words=", ".join(IP_TYPES))
    if ip_type == "dualstack-without-public-ipv4" and kind == "network":
        raise refusal("ip_type_of_network")


def check_blocks(ip_type: str, subnets: Iterable[Subnet]) -> None:
    """Refuse IPv6 where a subnet has no block of such addresses."""
    if ip_type != "ipv4" and not all(subnet.ipv6_cidr_block_associations for subnet in subnets):
        raise refusal("no_ipv6_block")


def check_ranges(**values: int | str | None) -> None:
    """Refuse numbers outside their range; None stands for a default."""
    for name, value in values.items():
        low, high = RANGES[name]
        if value is not None and not low <= int(value) <= high:
            bound = f"greater than or equal to {low}" if int(value) < low else f"less than or equal to {high}"
            raise refusal("out_of_range", value=value, name=name, bound=bound)
