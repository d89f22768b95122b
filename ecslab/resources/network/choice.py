"""What a task or a service needs to know of the network, and the lesson's own choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.resources.network.facts import SubnetFacts, Vpc, subnets, vpcs
from ecslab.resources.network.web_groups import http_group

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import AwsVpcConfigurationTypeDef, NetworkConfigurationTypeDef


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

    def configuration(self) -> NetworkConfigurationTypeDef:
        """The choice as RunTask's `networkConfiguration`."""
        vpc: AwsVpcConfigurationTypeDef = {
            "subnets": list(self.subnet_ids),
            "assignPublicIp": "ENABLED" if self.assign_public_ip else "DISABLED",
        }
        if self.security_group_ids:
            vpc["securityGroups"] = list(self.security_group_ids)
        return {"awsvpcConfiguration": vpc}


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
