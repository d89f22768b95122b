"""What ELB shows of target groups, by calls that read. What is not there is None or empty, never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import TargetGroupTypeDef, TargetHealthDescriptionTypeDef


def find_target_group(lab: Connection, name: str | None = None) -> TargetGroupTypeDef | None:
    """The target group as DescribeTargetGroups shows it, or None."""
    response = or_none_if_missing(lab.elbv2.describe_target_groups, Names=[name or lab.names.target_group])
    return response["TargetGroups"][0] if response and response["TargetGroups"] else None


def target_group_needed(lab: Connection, name: str | None = None) -> TargetGroupTypeDef:
    """The target group. Raises NotThere."""
    group = find_target_group(lab, name)
    if not group:
        raise NotThere(
            f"there is no target group {name or lab.names.target_group}.\n"
            "  next: load_balancer.target_group(lab), in notebook 07"
        )
    return group


def by_arn(lab: Connection, arn: str) -> TargetGroupTypeDef | None:
    """The target group as DescribeTargetGroups shows it, or None."""
    response = or_none_if_missing(lab.elbv2.describe_target_groups, TargetGroupArns=[arn])
    return response["TargetGroups"][0] if response and response["TargetGroups"] else None


def names(lab: Connection) -> list[str]:
    """The names of all target groups of this account and Region."""
    pages = lab.elbv2.get_paginator("describe_target_groups").paginate()
    return [group["TargetGroupName"] for page in pages for group in page["TargetGroups"]]


def name_in(arn: str) -> str:
    """`…:targetgroup/adgu-web/0123` → `adgu-web`."""
    return arn.rsplit("/", 2)[-2]


def health(lab: Connection, arn: str) -> list[TargetHealthDescriptionTypeDef]:
    """The members of a target group, as DescribeTargetHealth shows them."""
    response = or_none_if_missing(lab.elbv2.describe_target_health, TargetGroupArn=arn)
    return response["TargetHealthDescriptions"] if response else []
