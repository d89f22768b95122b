"""What Amazon EC2 Auto Scaling holds in a Region: its groups, and who is told of what becomes of them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.auto_scaling_group.activity import Activity
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance
from ecslab.sandbox.world.errors import AwsError

GROUP_TAG: Final = "aws:autoscaling:groupName"
"""The tag that tells an instance's group."""
Changed = Callable[[Group], None]
Held = Callable[[Group, GroupInstance], None]


@dataclass(slots=True, eq=False)
class RegionGroups:
    """The groups of a Region by name.

    Attributes:
        deleted: activities of groups that are no more.
        changed_listeners: called with a group whose number of instances has changed, or may.
        held_listeners: called with an instance that waits at a hook before it ends.
    """

    region: str
    groups: dict[str, Group] = field(default_factory=dict)
    deleted: deque[Activity] = field(default_factory=deque)
    changed_listeners: list[Changed] = field(default_factory=list)
    held_listeners: list[Held] = field(default_factory=list)


def of(region: str) -> RegionGroups:
    """The state of `region` in the current account, empty at first."""
    regions = current_account().scaling_groups
    if region not in regions:
        regions[region] = RegionGroups(region)
    return regions[region]


def named(region: str, name: str) -> Group:
    """The group of this name, or of this ARN; ValidationError if there is none."""
    groups = of(region).groups
    group = groups.get(name.rpartition("autoScalingGroupName/")[2])
    if group is None or (name != group.name and name != group.arn):
        raise problem(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return group


def group_of(region: str, ec2_id: str) -> Group | None:
    """The group that an EC2 instance is in."""
    return next((group for group in of(region).groups.values() if ec2_id in group.instances), None)


def tell_changed(group: Group) -> None:
    """Tell whoever wants to know that a group has other instances."""
    for listener in of(group.region).changed_listeners:
        listener(group)


def problem(message: str) -> AwsError:
    """ValidationError with this sentence."""
    return AwsError("ValidationError", message)
