"""Where a task is put: VPC, subnet, security group, public IP. Stage 04.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code, or_none_if_missing
from ecslab.errors import NotThere
from ecslab.resources.network import rules

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import (
        FilterTypeDef,
        RouteTableTypeDef,
        SecurityGroupTypeDef,
        SubnetTypeDef,
        VpcTypeDef,
    )

PORT = 80


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


@dataclass(frozen=True)
class Choice:
    """What `task.run` needs to know of the network.

    Attributes:
        subnet_ids: 1 to 16 subnets of one VPC; a task is put into one of them.
        security_group_ids: at most 5 of that VPC; with none, the VPC's default group is used.
        assign_public_ip: whether the task gets an address that the internet can write to.
    """

    vpc_id: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...] = ()
    assign_public_ip: bool = True

    def configuration(self) -> dict[str, Any]:
        """The choice as RunTask's `networkConfiguration`."""
        vpc: dict[str, Any] = {
            "subnets": list(self.subnet_ids),
            "assignPublicIp": "ENABLED" if self.assign_public_ip else "DISABLED",
        }
        if self.security_group_ids:
            vpc["securityGroups"] = list(self.security_group_ids)
        return {"awsvpcConfiguration": vpc}


def vpcs(lab: Connection) -> list[Vpc]:
    """The VPCs of this Region, the default one first."""
    found = [
        Vpc(vpc["VpcId"], _name(vpc), vpc["CidrBlock"], bool(vpc.get("IsDefault")))
        for vpc in lab.ec2.describe_vpcs()["Vpcs"]
    ]
    return sorted(found, key=lambda vpc: (not vpc.default, vpc.name, vpc.id))


def subnets(lab: Connection, vpc_id: str) -> list[SubnetFacts]:
    """The VPC's subnets by zone; public or private is worked out from the routes, not from any name."""
    inside = _in_vpc(vpc_id)
    tables = lab.ec2.describe_route_tables(Filters=inside)["RouteTables"]
    found = [_facts(subnet, tables) for subnet in lab.ec2.describe_subnets(Filters=inside)["Subnets"]]
    return sorted(found, key=lambda subnet: (subnet.az, not subnet.public, subnet.cidr))


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
    groups = lab.ec2.describe_security_groups(Filters=_in_vpc(vpc_id))["SecurityGroups"]
    found = [
        GroupFacts(g["GroupId"], g["GroupName"], g["Description"], tuple(rules.admitted(g, PORT)))
        for g in groups
    ]
    return sorted(found, key=lambda group: (group.name == "default", group.name, group.id))


def find_http_group(lab: Connection, vpc_id: str) -> SecurityGroupTypeDef | None:
    """The lesson's security group in that VPC, as DescribeSecurityGroups shows it, or None."""
    named = [*_in_vpc(vpc_id), {"Name": "group-name", "Values": [lab.names.security_group]}]
    groups = lab.ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    return groups[0] if groups else None


def http_group(lab: Connection, vpc_id: str) -> str:
    """The id of a security group that lets anyone in on port 80; made if it is not there yet."""
    found = find_http_group(lab, vpc_id)
    group_id = str(found["GroupId"]) if found else _made(lab, vpc_id)
    if not found or (lab.owns(found.get("Tags")) and rules.ANYWHERE not in rules.admitted(found, PORT)):
        _open(lab, group_id)
    return group_id


def _made(lab: Connection, vpc_id: str) -> str:
    made = lab.ec2.create_security_group(
        GroupName=lab.names.security_group,
        Description="HTTP from anywhere, for the ecslab course",
        VpcId=vpc_id,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": lab.tags("ec2")}],
    )
    return str(made["GroupId"])


def _open(lab: Connection, group_id: str) -> None:
    http = {
        "IpProtocol": "tcp",
        "FromPort": PORT,
        "ToPort": PORT,
        "IpRanges": [{"CidrIp": rules.ANYWHERE, "Description": "HTTP from anywhere"}],
    }
    try:
        lab.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[http])
    except ClientError as error:
        if error_code(error) != "InvalidPermission.Duplicate":
            raise


def default_subnet(lab: Connection) -> tuple[Vpc, SubnetFacts]:
    """The default VPC and its public subnet in zone b, or in the first zone that has one.

    Raises:
        NotThere: there is no default VPC, or it has no public subnet.
    """
    vpc = next((vpc for vpc in vpcs(lab) if vpc.default), None)
    if not vpc:
        raise NotThere(
            f"there is no default VPC in {lab.region}: this account deleted it, or never had one.\n"
            "  next: choose another VPC in the picker, or make one: lab.ec2.create_default_vpc()"
        )
    public = [subnet for subnet in subnets(lab, vpc.id) if subnet.public]
    if not public:
        raise NotThere(
            f"the default VPC {vpc.id} has no public subnet: no route of its subnets leads to an internet "
            "gateway.\n  next: choose another VPC in the picker; lab.check('00') says what is missing here"
        )
    return vpc, next((subnet for subnet in public if subnet.az.endswith("b")), public[0])


def default_choice(lab: Connection) -> Choice:
    """The lesson's choice: default VPC, its subnet in zone b, the group that admits HTTP, a public IP.

    Raises:
        NotThere: there is no default VPC, or it has no public subnet.
    """
    vpc, subnet = default_subnet(lab)
    return Choice(vpc.id, (subnet.id,), (http_group(lab, vpc.id),), assign_public_ip=True)


def problems(lab: Connection, choice: Choice) -> list[str]:
    """What will go wrong with this choice, in words; an empty list if nothing will.

    It looks at the two journeys: the pull, which goes out, and the visitor, who comes in on port 80.
    """
    if not choice.subnet_ids:
        return ["No subnet is chosen: a task needs one to put its network interface into."]
    known = {subnet.id: subnet for subnet in subnets(lab, choice.vpc_id)}
    found: list[str] = []
    for subnet_id in choice.subnet_ids:
        if subnet_id not in known:
            found.append(f"{subnet_id} is no subnet of {choice.vpc_id}: ECS will refuse the choice.")
        else:
            found += _subnet_problems(lab, choice, known[subnet_id])
    return found + _group_problems(lab, choice)


def _subnet_problems(lab: Connection, choice: Choice, subnet: SubnetFacts) -> list[str]:
    found = [] if subnet.free else [f"{subnet.id} has no free address left: the task cannot get one."]
    label = f"{subnet.id} ({subnet.name or subnet.az})"
    if subnet.public and not choice.assign_public_ip:
        found.append(
            f"{label} is public, but without a public IP nothing gets out through its internet gateway: the "
            "image cannot be pulled, and the task stops after some five minutes."
        )
    if not subnet.way_out and (missing := missing_endpoints(lab, choice.vpc_id)):
        found.append(
            f"{label} is private and has no NAT gateway: the image cannot be pulled, and the task stops "
            f"after some five minutes. (VPC endpoints would do as well; it lacks {', '.join(missing)}.)"
        )
    if not subnet.public and choice.assign_public_ip:
        found.append(
            f"{label} is private: a public IP is of no use there, for no route leads from the internet to it."
        )
    return found


def missing_endpoints(lab: Connection, vpc_id: str) -> list[str]:
    """Which of the VPC endpoints that a pull without internet needs are not in the VPC."""
    there = {
        endpoint["ServiceName"].split(".", 3)[-1]
        for endpoint in lab.ec2.describe_vpc_endpoints(Filters=_in_vpc(vpc_id))["VpcEndpoints"]
    }
    return [name for name in ("ecr.api", "ecr.dkr", "s3", "logs") if name not in there]


def _group_problems(lab: Connection, choice: Choice) -> list[str]:
    if not choice.security_group_ids:
        return [
            "No security group is chosen: the task gets the VPC's default group, which admits only its own "
            "members. It will run, and nobody will get in."
        ]
    groups: list[SecurityGroupTypeDef] = []
    for group_id in choice.security_group_ids:
        answer = or_none_if_missing(lab.ec2.describe_security_groups, GroupIds=[group_id])
        if not answer:
            return [f"Security group {group_id} does not exist: ECS will refuse the choice."]
        groups += answer["SecurityGroups"]
    strangers = [group["GroupId"] for group in groups if group.get("VpcId") != choice.vpc_id]
    found = [f"Security group {one} belongs to another VPC: ECS will refuse the choice." for one in strangers]
    if not any(rules.lets_out(group, rules.HTTPS) for group in groups):
        found.append(
            f"{_listed(groups)} lets nothing out to port 443: the image cannot be pulled, and the task stops."
        )
    return found + _door_problems(groups)


def _door_problems(groups: list[SecurityGroupTypeDef]) -> list[str]:
    sources = [source for group in groups for source in rules.admitted(group, PORT)]
    if not sources:
        return [f"{_listed(groups)} does not admit port {PORT}: the task will run, and nobody will get in."]
    if rules.ANYWHERE not in sources:
        return [f"{_listed(groups)} admits port {PORT} only from {', '.join(sources)}, and nobody else."]
    return []


def _listed(groups: list[SecurityGroupTypeDef]) -> str:
    names = ", ".join(f"{group['GroupId']} ({group['GroupName']})" for group in groups)
    return f"Security group {names}"


def _in_vpc(vpc_id: str) -> list[FilterTypeDef]:
    return [{"Name": "vpc-id", "Values": [vpc_id]}]


def _name(thing: SubnetTypeDef | VpcTypeDef) -> str:
    return next((tag["Value"] for tag in thing.get("Tags", []) if tag["Key"] == "Name"), "")
