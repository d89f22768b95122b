"""Looking at load balancers and their doors, by calls that read. What is not there is None or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import TargetHealthDescriptionTypeDef

PORT = 80


def in_state(
    members: list[TargetHealthDescriptionTypeDef], state: str
) -> list[TargetHealthDescriptionTypeDef]:
    return [member for member in members if member["TargetHealth"]["State"] == state]


def home(lab: Connection) -> str | None:
    """The VPC of the service's tasks; the default VPC while there is no service."""
    service = service_reader.describe(lab, lab.names.service)
    subnets = service_reader.network_of(service).get("subnets", []) if service else []
    if subnets:
        return network_reader.vpc_of(lab, subnets[:1])
    default = network_reader.default_vpc(lab)
    return default["VpcId"] if default else None


def group(lab: Connection, name: str) -> SecurityGroupTypeDef | None:
    """The security group of that name in the tasks' VPC; in another VPC if it is only there."""
    groups = network_reader.security_groups_where(lab, network_reader.where("group-name", name))
    here = home(lab)
    return next((group for group in groups if group["VpcId"] == here), next(iter(groups), None))


def sources(group: SecurityGroupTypeDef) -> list[str]:
    """From where a security group lets port 80 in: CIDR blocks and ids of groups."""
    return network_rules.admitted(group, PORT)


def spelled(lab: Connection, places: list[str]) -> str:
    """CIDR blocks as they are, groups by their names."""
    ids = [source for source in places if source.startswith("sg-")]
    names = {
        group["GroupId"]: f"`{group['GroupName']}`" for group in network_reader.security_groups(lab, ids)
    }
    return ", ".join(names.get(source, source) for source in places)


def private(lab: Connection, subnet_ids: list[str]) -> list[str]:
    """Those of the subnets from which no route leads to an internet gateway."""
    vpcs = sorted({subnet["VpcId"] for subnet in network_reader.subnets(lab, subnet_ids)})
    tables = network_reader.route_tables(lab, *vpcs)
    return [subnet for subnet in subnet_ids if not network_rules.way_out(tables, subnet).startswith("igw-")]


def verdicts(service: ServiceTypeDef) -> list[str]:
    """What a service's events say of unhealthy targets since it last was steady, newest first."""
    reasons = []
    for event in service["events"]:
        if event["message"].endswith("has reached a steady state."):
            break
        if " is unhealthy in (target-group " in event["message"]:
            reasons.append(event["message"].rsplit("(reason ", 1)[-1].removesuffix(".").removesuffix(")"))
    return reasons
