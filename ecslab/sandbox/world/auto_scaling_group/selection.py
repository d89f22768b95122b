"""Where a group launches its next instance, and which one goes when it is to have fewer.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#arch-AutoScalingMultiAZ
"""

from collections import Counter

from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance


def next_subnet(group: Group) -> tuple[str, str]:
    """Subnet and Availability Zone of the next launch: the zone with the fewest instances.

    U: which one of equals AWS takes; here the first of the request.
    """
    in_zones = Counter(each.zone for each in group.live())
    in_subnets = Counter(each.subnet for each in group.live())
    return min(group.subnets, key=lambda each: (in_zones[each[1]], in_subnets[each[0]]))


def next_to_end(group: Group) -> GroupInstance | None:
    """The instance that a scale-in ends, by the default termination policy; None if all are protected.

    Out of the Availability Zones with the most instances the one of the oldest launch template's version,
    and of these the oldest. U: the last, where AWS looks at the next billing hour and then draws.
    """
    unprotected = [each for each in group.live() if not each.protected]
    if not unprotected:
        return None
    in_zones = Counter(each.zone for each in group.live())
    fullest = max(in_zones[each.zone] for each in unprotected)
    candidates = [each for each in unprotected if in_zones[each.zone] == fullest]
    return min(candidates, key=lambda each: (*_age_of_template(group, each), each.launched_at, each.id))


def _age_of_template(group: Group, instance: GroupInstance) -> tuple[bool, int]:
    """Those of another template than the group's are older than any of its versions."""
    return instance.template.id == group.template.id, int(instance.template.version or 0)
