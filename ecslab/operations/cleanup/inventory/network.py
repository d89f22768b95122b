"""What stands before the tasks: load balancers, listeners, target groups, security groups."""

from collections.abc import Sequence
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import KEY, owner_in
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.kinds import Found, Known, Thing

Shape = dict[str, Any]
_NAMELESS: Final = frozenset({"IpRanges", "Ipv6Ranges", "PrefixListIds"})  # of a rule: what names no group


def balancers(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """Load balancers, their listeners before them, and the target groups after them."""
    balanced: list[Thing] = []
    for name in known.names("load balancer", lab.names.load_balancer):
        answer = or_none_if_missing(lab.elbv2.describe_load_balancers, Names=[name]) or {"LoadBalancers": []}
        for one in answer["LoadBalancers"]:
            arn, zones = one["LoadBalancerArn"], len(one.get("AvailabilityZones", []))
            hourly = prices.balancer_hour(zones, network=one.get("Type") == "network")
            thing = Thing("load balancer", name, arn, hourly=hourly)
            if _tagged(lab, arn, owner):
                found.ours += _listeners(lab, one)
                balanced.append(thing)
            else:
                found.strangers.append(thing)
    found.ours += balanced
    for name in known.names("target group", lab.names.target_group):
        answer = or_none_if_missing(lab.elbv2.describe_target_groups, Names=[name]) or {"TargetGroups": []}
        for one in answer["TargetGroups"]:
            thing = Thing("target group", name, one["TargetGroupArn"])
            ours = _tagged(lab, one["TargetGroupArn"], owner)
            (found.ours if ours else found.strangers).append(thing)


def _listeners(lab: Connection, balancer: Shape) -> list[Thing]:
    answer = or_none_if_missing(lab.elbv2.describe_listeners, LoadBalancerArn=balancer["LoadBalancerArn"])
    return [
        Thing(
            "listener",
            f"{one.get('Protocol')} {one.get('Port')} of {balancer['LoadBalancerName']}",
            one["ListenerArn"],
        )
        for one in (answer or {"Listeners": []})["Listeners"]
    ]


def _tagged(lab: Connection, arn: str, owner: str) -> bool:
    answer = or_none_if_missing(lab.elbv2.describe_tags, ResourceArns=[arn]) or {"TagDescriptions": []}
    return any(owner_in(one.get("Tags")) == owner for one in answer["TagDescriptions"])


def security_groups(lab: Connection, _known: Known, owner: str, found: Found) -> None:
    """The security groups that carry the lab's tag, of any name."""
    tagged = [{"Name": f"tag:{KEY}", "Values": [owner]}]
    for group in lab.ec2.describe_security_groups(Filters=tagged)["SecurityGroups"]:
        name = f"{group['GroupId']} ({group['GroupName']})"
        found.ours.append(Thing("security group", name, group["GroupId"]))


def let_go(lab: Connection, things: Sequence[Thing]) -> None:
    """Take the rules out that name another group: groups that admit each other hold each other."""
    for thing in things:
        answer = or_none_if_missing(lab.ec2.describe_security_groups, GroupIds=[thing.id])
        for group in (answer or {"SecurityGroups": []})["SecurityGroups"]:
            if rules := _naming_groups(group["IpPermissions"]):
                lab.ec2.revoke_security_group_ingress(GroupId=thing.id, IpPermissions=rules)
            if rules := _naming_groups(group["IpPermissionsEgress"]):
                lab.ec2.revoke_security_group_egress(GroupId=thing.id, IpPermissions=rules)


def _naming_groups(rules: list[Shape]) -> list[Shape]:
    """The part of the rules that names groups, as the revoke calls take it."""
    return [
        {key: value for key, value in rule.items() if key not in _NAMELESS}
        for rule in rules
        if rule.get("UserIdGroupPairs")
    ]


def delete_listener(lab: Connection, thing: Thing) -> None:
    """Delete the listener; no new visitor is let in."""
    or_none_if_missing(lab.elbv2.delete_listener, ListenerArn=thing.id)


def delete_balancer(lab: Connection, thing: Thing) -> None:
    """Delete the load balancer; its network interfaces go within a minute or two."""
    or_none_if_missing(lab.elbv2.delete_load_balancer, LoadBalancerArn=thing.id)


def delete_target_group(lab: Connection, thing: Thing) -> None:
    """Delete the target group, which no listener may use any more."""
    or_none_if_missing(lab.elbv2.delete_target_group, TargetGroupArn=thing.id)


def delete_group(lab: Connection, thing: Thing) -> None:
    """Delete the security group, which no interface and no other group may use any more."""
    or_none_if_missing(lab.ec2.delete_security_group, GroupId=thing.id)
