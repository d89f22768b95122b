"""The target group: the list of addresses that a balancer sends requests to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.resources import network
from ecslab.resources.load_balancer.target_group_reader import find_target_group
from ecslab.resources.network import PORT

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import TargetGroupTypeDef

DRAIN: Final = 30
"""Seconds a target of the lesson goes on serving open requests after it was deregistered; AWS's own: 300."""


def target_group(
    lab: Connection,
    health_path: str = "/",
    drain: int = DRAIN,
    vpc_id: str | None = None,
    name: str | None = None,
) -> TargetGroupTypeDef:
    """The list of addresses a balancer sends requests to; made if it is not there yet.

    Args:
        health_path: the page that is asked every 30 s; an answer 200 is healthy.
        drain: seconds a target goes on serving open requests after it was deregistered, 0 to 3600.
        vpc_id: the default VPC unless given.
        name: the lesson's unless given; at most 32 characters.

    Returns:
        A `TargetGroup` as DescribeTargetGroups shows it. ECS registers the tasks' addresses in it by itself.

    Raises:
        NotOurs: on a real account, somebody else has a target group of that name.
    """
    name = name or lab.names.target_group
    lab.guard.claim("target group", name)
    if existing := find_target_group(lab, name):
        return existing
    created = lab.elbv2.create_target_group(
        Name=name,
        TargetType="ip",  # each task has an address of its own; `instance` cannot be used with awsvpc
        Protocol="HTTP",
        Port=PORT,
        VpcId=vpc_id or network.default_subnet(lab)[0].id,
        HealthCheckPath=health_path,
        Tags=lab.tags("elbv2"),
    )["TargetGroups"][0]
    lab.elbv2.modify_target_group_attributes(
        TargetGroupArn=created["TargetGroupArn"],
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": str(drain)}],
    )
    lab.seen(lambda quiet: find_target_group(quiet, name))
    return created
