"""What ELB shows of load balancers, by calls that read. What is not there is None or empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        ActionOutputTypeDef,
        ListenerTypeDef,
        LoadBalancerTypeDef,
        RuleTypeDef,
        TagTypeDef,
    )


def find(lab: Connection, name: str | None = None) -> LoadBalancerTypeDef | None:
    """The load balancer as DescribeLoadBalancers shows it, or None."""
    response = or_none_if_missing(lab.elbv2.describe_load_balancers, Names=[name or lab.names.load_balancer])
    return response["LoadBalancers"][0] if response and response["LoadBalancers"] else None


def by_arns(lab: Connection, arns: Sequence[str]) -> list[LoadBalancerTypeDef]:
    """The load balancers; none as soon as one of them is gone."""
    response = or_none_if_missing(lab.elbv2.describe_load_balancers, LoadBalancerArns=list(arns))
    return response["LoadBalancers"] if response else []


def names(lab: Connection) -> list[str]:
    """The names of all load balancers of this account and Region."""
    pages = lab.elbv2.get_paginator("describe_load_balancers").paginate()
    return [balancer["LoadBalancerName"] for page in pages for balancer in page["LoadBalancers"]]


def listeners(lab: Connection, balancer: LoadBalancerTypeDef) -> list[ListenerTypeDef]:
    """A load balancer's listeners, by port."""
    arn = balancer["LoadBalancerArn"]
    response = or_none_if_missing(lab.elbv2.describe_listeners, LoadBalancerArn=arn)
    return sorted(response["Listeners"] if response else [], key=lambda listener: listener["Port"])


def rules(lab: Connection, listener_arn: str) -> list[RuleTypeDef]:
    """A listener's rules in the order in which they are tried, without the default one."""
    rules = lab.elbv2.describe_rules(ListenerArn=listener_arn)["Rules"]
    return sorted((rule for rule in rules if not rule["IsDefault"]), key=lambda rule: int(rule["Priority"]))


def forwards_to(action: ActionOutputTypeDef) -> list[str]:
    """The ARNs of the target groups that a `forward` action sends requests to, those of weight 0 left out."""
    weighted = action.get("ForwardConfig", {}).get("TargetGroups", [])
    if weighted:
        return [group["TargetGroupArn"] for group in weighted if group.get("Weight", 1)]
    return [action["TargetGroupArn"]] if "TargetGroupArn" in action else []


def tags(lab: Connection, arn: str) -> list[TagTypeDef]:
    """The tags of a load balancer, listener or target group."""
    response = or_none_if_missing(lab.elbv2.describe_tags, ResourceArns=[arn])
    descriptions = response["TagDescriptions"] if response else []
    return [tag for description in descriptions for tag in description["Tags"]]
