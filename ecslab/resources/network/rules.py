"""The rules of a VPC, read from what EC2's describe calls show: routes, security groups, network ACLs.

They decide the two journeys of the lesson: the pull, which goes out, and the visitor, who comes in.
https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import (
        IpPermissionOutputTypeDef,
        NetworkAclEntryTypeDef,
        NetworkAclTypeDef,
        RouteTableTypeDef,
        SecurityGroupTypeDef,
    )

ANYWHERE: Final = "0.0.0.0/0"
PORT: Final = 80
"""Where the lesson's web server listens."""
HTTPS: Final = 443
# Answers go back to a port that the visitor's machine chose; a network ACL must let them out by rule.
ANSWERS: Final = (32768, 60999)
_ANY: Final = "-1"
_TCP: Final = ("tcp", "6", _ANY)


def way_out(tables: Sequence[RouteTableTypeDef], subnet_id: str) -> str:
    """Where the subnet's route to everywhere leads: `igw-…`, `nat-…`, another id, or "" for nowhere.

    Args:
        tables: the VPC's route tables.
        subnet_id: a subnet without a table of its own goes by the VPC's main one.
    """
    table = _table_of(tables, subnet_id)
    for route in table.get("Routes", []):
        if route.get("DestinationCidrBlock") == ANYWHERE and route.get("State") != "blackhole":
            return str(next((route[key] for key in _TARGETS if route.get(key)), ""))
    return ""


_TARGETS: Final = (
    "GatewayId", "NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
    "VpcPeeringConnectionId",
)  # fmt: skip


def _table_of(tables: Sequence[RouteTableTypeDef], subnet_id: str) -> RouteTableTypeDef:
    main: RouteTableTypeDef = {}
    for table in tables:
        for association in table.get("Associations", []):
            if association.get("SubnetId") == subnet_id:
                return table
            if association.get("Main"):
                main = table
    return main


def table_id(tables: Sequence[RouteTableTypeDef], subnet_id: str) -> str:
    """The route table that the subnet goes by."""
    return str(_table_of(tables, subnet_id).get("RouteTableId", "(none)"))


def admitted(group: SecurityGroupTypeDef, port: int) -> list[str]:
    """From where a security group lets TCP to `port` in: CIDR blocks, and ids of groups."""
    return sources(group.get("IpPermissions", []), port)


def admitted_ranges(group: SecurityGroupTypeDef, port: int) -> list[str]:
    """From which CIDR blocks a security group lets TCP to `port` in; other groups are left out."""
    return [source for source in admitted(group, port) if not source.startswith("sg-")]


def lets_out(group: SecurityGroupTypeDef, port: int) -> bool:
    """Whether a security group lets TCP to `port` of any machine out."""
    return ANYWHERE in sources(group.get("IpPermissionsEgress", []), port)


def sources(rules: Sequence[IpPermissionOutputTypeDef], port: int) -> list[str]:
    """From where the rules let TCP to `port` through: CIDR blocks, and ids of groups."""
    named: list[str] = []
    for rule in rules:
        if _covers(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), port):
            named += [entry["CidrIp"] for entry in rule.get("IpRanges", [])]
            named += [pair["GroupId"] for pair in rule.get("UserIdGroupPairs", []) if "GroupId" in pair]
    return named


def acl_refuses(acl: NetworkAclTypeDef, egress: bool, ports: tuple[int, int]) -> str | None:
    """The number of the network ACL's rule that denies TCP to or from anywhere, or None if it is allowed.

    Args:
        acl: as DescribeNetworkAcls shows it.
        egress: True for what leaves the subnet, False for what enters.
        ports: first and last; the lowest-numbered rule that touches them decides.
    """
    for entry in sorted(acl.get("Entries", []), key=lambda entry: int(entry["RuleNumber"])):
        if bool(entry["Egress"]) != egress or not _everywhere(entry):
            continue
        span = entry.get("PortRange", {})
        if any(_covers(entry["Protocol"], span.get("From"), span.get("To"), port) for port in ports):
            return str(entry["RuleNumber"]) if entry["RuleAction"] == "deny" else None
    return "*"


def _everywhere(entry: NetworkAclEntryTypeDef) -> bool:
    return "CidrBlock" in entry and ip_network(entry["CidrBlock"]).prefixlen == 0


def _covers(protocol: str, first: int | None, last: int | None, port: int) -> bool:
    if str(protocol) not in _TCP:
        return False
    return str(protocol) == _ANY or first is None or last is None or first <= port <= last
