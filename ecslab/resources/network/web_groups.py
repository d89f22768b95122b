"""The lesson's security groups: each admits HTTP on port 80 from somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code
from ecslab.resources.network import network_reader, rules
from ecslab.resources.network.rules import PORT

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef, SecurityGroupTypeDef


def find_http_group(lab: Connection, vpc_id: str) -> SecurityGroupTypeDef | None:
    """The lesson's security group in that VPC, as DescribeSecurityGroups shows it, or None."""
    return network_reader.security_group_named(lab, vpc_id, lab.names.security_group)


def http_group(lab: Connection, vpc_id: str) -> str:
    """The id of a security group that lets anyone in on port 80; made if it is not there yet."""
    anyone: IpPermissionOutputTypeDef = {
        "IpRanges": [{"CidrIp": rules.ANYWHERE, "Description": "HTTP from anywhere"}]
    }
    return web_group(
        lab, vpc_id, lab.names.security_group, "HTTP from anywhere, for the ecslab course", anyone
    )


def web_group(
    lab: Connection, vpc_id: str, name: str, description: str, source: IpPermissionOutputTypeDef
) -> str:
    """The id of the security group of that name; made if it is not there yet.

    Args:
        vpc_id, name: where it is, and what it is called.
        description: of a new one.
        source: the part of a rule that names who may come in to port 80. The rule is added where it is
            missing, unless the group is another's.

    Raises:
        NotOurs: on a real account, somebody else has a group of that name there.
    """
    rule: IpPermissionOutputTypeDef = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, **source}
    lab.guard.claim("security group", name, vpc=vpc_id)
    group = network_reader.security_group_named(lab, vpc_id, name)
    if not group:
        group_id = _created(lab, vpc_id, name, description)
        _admit(lab, group_id, rule)
    else:
        group_id = group["GroupId"]
        if not _lacks(group, rule) or not lab.owns(group.get("Tags")):
            return group_id
        _admit(lab, group_id, rule)

    def admits(quiet: Connection) -> bool:
        seen = network_reader.security_group_named(quiet, vpc_id, name)
        return seen is not None and "Tags" in seen and not _lacks(seen, rule)

    lab.seen(admits)
    return group_id


def _lacks(group: SecurityGroupTypeDef, rule: IpPermissionOutputTypeDef) -> bool:
    return not set(rules.sources([rule], PORT)) <= set(rules.admitted(group, PORT))


def _created(lab: Connection, vpc_id: str, name: str, description: str) -> str:
    return lab.ec2.create_security_group(
        GroupName=name,
        Description=description,
        VpcId=vpc_id,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": lab.tags("ec2")}],
    )["GroupId"]


def _admit(lab: Connection, group_id: str, rule: IpPermissionOutputTypeDef) -> None:
    try:
        lab.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
    except ClientError as error:
        if error_code(error) != "InvalidPermission.Duplicate":  # another notebook was a moment quicker
            raise
