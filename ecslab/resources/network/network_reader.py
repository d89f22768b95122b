"""What EC2 shows of a network, by calls that read. What is not there is None or empty, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import (
        FilterTypeDef,
        InternetGatewayTypeDef,
        NatGatewayTypeDef,
        NetworkAclTypeDef,
        NetworkInterfaceTypeDef,
        RouteTableTypeDef,
        SecurityGroupTypeDef,
        SubnetTypeDef,
        VpcEndpointTypeDef,
        VpcTypeDef,
    )


def where(name: str, *values: str) -> FilterTypeDef:
    """One filter of a describe call."""
    return {"Name": name, "Values": list(values)}


def default_vpc(lab: Connection) -> VpcTypeDef | None:
    """The default VPC, or None."""
    return next(iter(lab.ec2.describe_vpcs(Filters=[where("is-default", "true")])["Vpcs"]), None)


def subnets(lab: Connection, ids: Sequence[str]) -> list[SubnetTypeDef]:
    """The subnets; none as soon as one of them is gone."""
    response = or_none_if_missing(lab.ec2.describe_subnets, SubnetIds=list(ids)) if ids else None
    return response["Subnets"] if response else []


def vpc_of(lab: Connection, subnet_ids: Sequence[str]) -> str | None:
    """The id of the VPC in which the subnets are, which are all in one."""
    return next((subnet["VpcId"] for subnet in subnets(lab, subnet_ids[:1])), None)


def subnets_in(lab: Connection, vpc_id: str) -> list[SubnetTypeDef]:
    """The VPC's subnets."""
    return lab.ec2.describe_subnets(Filters=[where("vpc-id", vpc_id)])["Subnets"]


def route_tables(lab: Connection, *vpc_ids: str) -> list[RouteTableTypeDef]:
    """The route tables of the VPCs; `rules.way_out` reads them."""
    return lab.ec2.describe_route_tables(Filters=[where("vpc-id", *vpc_ids)])["RouteTables"]


def internet_gateways(lab: Connection, vpc_id: str) -> list[InternetGatewayTypeDef]:
    """The internet gateways that are attached to the VPC."""
    attached = [where("attachment.vpc-id", vpc_id)]
    return lab.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]


def nat_gateways(lab: Connection) -> list[NatGatewayTypeDef]:
    """The NAT gateways of this Region that are there, or on their way."""
    gateways = lab.ec2.describe_nat_gateways()["NatGateways"]
    return [gateway for gateway in gateways if gateway["State"] in ("pending", "available")]


def endpoints(lab: Connection, vpc_id: str) -> list[VpcEndpointTypeDef]:
    """The VPC endpoints in the VPC."""
    return lab.ec2.describe_vpc_endpoints(Filters=[where("vpc-id", vpc_id)])["VpcEndpoints"]


def network_acls(lab: Connection, subnet_id: str) -> list[NetworkAclTypeDef]:
    """The subnet's network ACL, in a list; `rules.acl_refuses` reads it."""
    associated = [where("association.subnet-id", subnet_id)]
    return lab.ec2.describe_network_acls(Filters=associated)["NetworkAcls"]


def security_groups(lab: Connection, ids: Sequence[str]) -> list[SecurityGroupTypeDef]:
    """The security groups; none as soon as one of them is gone."""
    response = or_none_if_missing(lab.ec2.describe_security_groups, GroupIds=list(ids)) if ids else None
    return response["SecurityGroups"] if response else []


def security_groups_where(lab: Connection, *filters: FilterTypeDef) -> list[SecurityGroupTypeDef]:
    """The security groups for which all filters hold, such as `where("group-name", name)`."""
    return lab.ec2.describe_security_groups(Filters=list(filters))["SecurityGroups"]


def security_group_named(lab: Connection, vpc_id: str, name: str) -> SecurityGroupTypeDef | None:
    """The security group of that name in the VPC, or None."""
    named = [where("vpc-id", vpc_id), where("group-name", name)]
    return next(iter(security_groups_where(lab, *named)), None)


def interface(lab: Connection, interface_id: str) -> NetworkInterfaceTypeDef | None:
    """The network interface, or None."""
    response = or_none_if_missing(lab.ec2.describe_network_interfaces, NetworkInterfaceIds=[interface_id])
    return response["NetworkInterfaces"][0] if response and response["NetworkInterfaces"] else None


def interfaces(lab: Connection, ids: Sequence[str]) -> list[NetworkInterfaceTypeDef]:
    """Those of the network interfaces that are still there."""
    named = [where("network-interface-id", *ids)]
    return lab.ec2.describe_network_interfaces(Filters=named)["NetworkInterfaces"] if ids else []
