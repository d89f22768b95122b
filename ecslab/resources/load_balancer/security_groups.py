"""The two security groups of a balanced service: one for the balancer, one for the tasks behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code
from ecslab.resources import network
from ecslab.resources.network import PORT, rules

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef


def groups(lab: Connection, vpc_id: str | None = None) -> tuple[str, str]:
    """Two security groups: the balancer's admits HTTP from anywhere, the tasks' only from the balancer.

    Args:
        lab: from `ecslab.connect()`.
        vpc_id: the default VPC unless given.

    Returns:
        The ids (balancer's group, tasks' group); what is missing of them is made.
    """
    vpc_id = vpc_id or network.default_subnet(lab)[0].id
    balancer = _group(lab, vpc_id, lab.names.balancer_group, "HTTP from anywhere, for the load balancer")
    _admit(lab, balancer, rules.ANYWHERE, {"IpRanges": [{"CidrIp": rules.ANYWHERE}]})
    tasks = _group(lab, vpc_id, lab.names.tasks_group, "HTTP from the load balancer, for the tasks")
    _admit(lab, tasks, balancer["GroupId"], {"UserIdGroupPairs": [{"GroupId": balancer["GroupId"]}]})
    return balancer["GroupId"], tasks["GroupId"]


def _group(lab: Connection, vpc_id: str, name: str, about: str) -> SecurityGroupTypeDef:
    named = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
    found = lab.ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    if found:
        return dict(found[0])
    made = lab.ec2.create_security_group(
        GroupName=name,
        Description=f"{about} (ecslab course)",
        VpcId=vpc_id,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": lab.tags("ec2")}],
    )
    return {"GroupId": made["GroupId"], "Tags": lab.tags("ec2"), "IpPermissions": []}


def _admit(lab: Connection, group: SecurityGroupTypeDef, source: str, spelled: dict[str, Any]) -> None:
    """Let TCP to port 80 in from `source`, unless a rule says so already, or the group is another's."""
    if source in rules.admitted(group, PORT) or not lab.owns(group.get("Tags")):
        return
    rule = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, **spelled}
    try:
        lab.ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])
    except ClientError as error:
        if error_code(error) != "InvalidPermission.Duplicate":
            raise
