"""What stands before the tasks: listeners, load balancers, target groups, security groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from ecslab.connection.connection import Connection
from ecslab.connection.tags import KEY
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.target_group_reader import find_target_group
from ecslab.resources.network import network_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef

_NAME_NO_GROUP = frozenset({"IpRanges", "Ipv6Ranges", "PrefixListIds"})  # parts of a rule


def listeners(survey: Survey) -> Iterator[Resource]:
    """The listeners of our load balancers."""
    for balancer, ours in survey.load_balancers:
        for listener in load_balancer_reader.listeners(survey.lab, balancer) if ours else ():
            port = f"{listener.get('Protocol')} {listener.get('Port')}"
            yield Resource("listener", f"{port} of {balancer['LoadBalancerName']}", listener["ListenerArn"])


def load_balancers(survey: Survey) -> Iterator[Resource]:
    """The load balancers."""
    for balancer, ours in survey.load_balancers:
        name, arn = balancer["LoadBalancerName"], balancer["LoadBalancerArn"]
        yield Resource("load balancer", name, arn, hourly=prices.of_load_balancer(balancer), ours=ours)


def target_groups(survey: Survey) -> Iterator[Resource]:
    """The target groups."""
    for name in survey.names("target group", survey.lab.names.target_group):
        if group := find_target_group(survey.lab, name):
            arn = group["TargetGroupArn"]
            yield Resource(
                "target group", name, arn, ours=survey.ours(survey.elb_tags(arn), "target group", arn)
            )


def security_groups(survey: Survey) -> Iterator[Resource]:
    """The security groups that carry the lab's tag, of any name."""
    tagged = network_reader.where(f"tag:{KEY}", survey.owner)
    for group in network_reader.security_groups_where(survey.lab, tagged):
        yield Resource("security group", f"{group['GroupId']} ({group['GroupName']})", group["GroupId"])


def revoke_rules_between_groups(lab: Connection, groups: Sequence[Resource]) -> None:
    """Take the rules out that name another group: groups that admit each other hold each other."""
    for resource in groups:
        for group in network_reader.security_groups(lab, [resource.id]):
            if rules := _naming_groups(group["IpPermissions"]):
                lab.ec2.revoke_security_group_ingress(GroupId=resource.id, IpPermissions=rules)
            if rules := _naming_groups(group["IpPermissionsEgress"]):
                lab.ec2.revoke_security_group_egress(GroupId=resource.id, IpPermissions=rules)


def _naming_groups(rules: list[IpPermissionOutputTypeDef]) -> list[IpPermissionOutputTypeDef]:
    """The part of the rules that names groups, as the revoke calls take it."""
    named = [rule for rule in rules if rule.get("UserIdGroupPairs")]
    parts = [{key: value for key, value in rule.items() if key not in _NAME_NO_GROUP} for rule in named]
    return cast("list[IpPermissionOutputTypeDef]", parts)
