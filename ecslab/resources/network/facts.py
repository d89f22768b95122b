"""VPCs, subnets and security groups as the lesson shows them: worked out from what EC2 shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.network import network_reader, rules
from ecslab.resources.network.network_reader import where
from ecslab.resources.network.rules import PORT

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import RouteTableTypeDef, SubnetTypeDef, VpcTypeDef


@dataclass(frozen=True)
class Vpc:
    """A network of your own, with its range of private addresses."""

    id: str
    name: str
    cidr: str
    default: bool


@dataclass(frozen=True)
class SubnetFacts:
    """A part of a VPC, in one Availability Zone.

    Attributes:
        id, name, cidr: as EC2 shows them; the name is its tag `Name`, or "".
        az: the zone's name in this account, such as `us-east-1b`.
        public: whether its route to everywhere leads to an internet gateway.
        free: addresses that nobody uses yet.
        way_out: where that route leads: `igw-…`, `nat-…`, or "" for nowhere.
    """

    id: str
    az: str
    cidr: str
    public: bool
    free: int
    name: str
    way_out: str = ""


@dataclass(frozen=True)
class GroupFacts:
    """A security group: who may come in, to which port.

    Attributes:
        open_to: from where TCP port 80 is open: CIDR blocks and group ids; empty for closed.
    """

    id: str
    name: str
    description: str
    open_to: tuple[str, ...] = ()


def vpcs(lab: Connection) -> list[Vpc]:
    """The VPCs of this Region, the default one first."""
    facts = [
        Vpc(vpc["VpcId"], _name(vpc), vpc["CidrBlock"], bool(vpc.get("IsDefault")))
        for vpc in lab.ec2.describe_vpcs()["Vpcs"]
    ]
    return sorted(facts, key=lambda vpc: (not vpc.default, vpc.name, vpc.id))


def subnets(lab: Connection, vpc_id: str) -> list[SubnetFacts]:
    """The VPC's subnets by zone; public or private is worked out from the routes, not from any name."""
    tables = network_reader.route_tables(lab, vpc_id)
    facts = [_facts(subnet, tables) for subnet in network_reader.subnets_in(lab, vpc_id)]
    return sorted(facts, key=lambda subnet: (subnet.az, not subnet.public, subnet.cidr))


def _facts(subnet: SubnetTypeDef, tables: Sequence[RouteTableTypeDef]) -> SubnetFacts:
    out = rules.way_out(tables, subnet["SubnetId"])
    return SubnetFacts(
        id=subnet["SubnetId"],
        az=subnet["AvailabilityZone"],
        cidr=subnet["CidrBlock"],
        public=out.startswith("igw-"),
        free=subnet["AvailableIpAddressCount"],
        name=_name(subnet),
        way_out=out,
    )


def security_groups(lab: Connection, vpc_id: str) -> list[GroupFacts]:
    """The VPC's security groups by name, the default group last."""
    facts = [
        GroupFacts(
            group["GroupId"], group["GroupName"], group["Description"], tuple(rules.admitted(group, PORT))
        )
        for group in network_reader.security_groups_where(lab, where("vpc-id", vpc_id))
    ]
    return sorted(facts, key=lambda group: (group.name == "default", group.name, group.id))


def _name(thing: SubnetTypeDef | VpcTypeDef) -> str:
    return next((tag["Value"] for tag in thing.get("Tags", []) if tag["Key"] == "Name"), "")
