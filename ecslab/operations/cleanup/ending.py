"""How machines go: groups with all their instances, instances by themselves; and waiting for their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from botocore.exceptions import ClientError

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message, or_none_if_missing
from ecslab.display.counted import counted
from ecslab.errors import StillWaiting
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.resources.machines import machine_reader
from ecslab.resources.machines.machine_reader import Group

_ENDED_WITHIN: Final = 900.0
"""Seconds in which instances end: they shut down, and what waits at a lifecycle hook is let go."""
_MOST_PROTECTED: Final = 50  # instance ids in one SetInstanceProtection
_IN_DELETION: Final = "Delete in progress"


def delete_group(lab: Connection, resource: Resource) -> None:
    """Let a group have no instance any more, and delete it.

    Scale-in protection is taken off first, which managed termination protection asks for. It is deleted by
    force, since no instance waits at a lifecycle hook then, as it does for managed draining.
    """
    for group in machine_reader.groups(lab, [resource.id]):
        if group.get("Status") != _IN_DELETION:
            _empty(lab, group)
            _unless_gone(lab, "delete_auto_scaling_group", AutoScalingGroupName=resource.id, ForceDelete=True)


def _empty(lab: Connection, group: Group) -> None:
    name = group["AutoScalingGroupName"]
    protected = [each["InstanceId"] for each in group["Instances"] if each.get("ProtectedFromScaleIn")]
    for ids in batches(protected, _MOST_PROTECTED):
        lab.client("autoscaling").set_instance_protection(
            AutoScalingGroupName=name, InstanceIds=ids, ProtectedFromScaleIn=False
        )
    _unless_gone(
        lab, "update_auto_scaling_group", AutoScalingGroupName=name, MinSize=0, MaxSize=0, DesiredCapacity=0,
        NewInstancesProtectedFromScaleIn=False,
    )  # fmt: skip


def _unless_gone(lab: Connection, operation: str, **request: object) -> None:
    """Call Auto Scaling; a group that somebody deleted meanwhile is no error."""
    try:
        getattr(lab.client("autoscaling"), operation)(**request)
    except ClientError as error:
        if "not found" not in error_message(error):  # it has one code for all that it refuses
            raise


def wait_until_groups_are_gone(lab: Connection, groups: Sequence[Resource]) -> None:
    """Wait until groups are deleted, and their instances with them.

    Raises:
        StillWaiting: they are not yet; it names the instances, and in which state each of them is.
    """
    names, what = (
        [group.id for group in groups],
        f"{counted(len(groups), 'Auto Scaling group')} to be deleted",
    )
    try:
        lab.wait(lambda: not any(machine_reader.groups(lab, names)), what, limit=_ENDED_WITHIN)
    except StillWaiting as error:
        left = [
            f"{each['InstanceId']} is {each['LifecycleState']}"
            for group in machine_reader.groups(lab, names)
            for each in group["Instances"]
        ]
        raise StillWaiting(f"{what} ({', '.join(left) or 'no instance is left'})", _ENDED_WITHIN) from error


def terminate(lab: Connection, instance: Resource) -> None:
    """Terminate an instance; one that is gone is no error."""
    or_none_if_missing(lab.ec2.terminate_instances, InstanceIds=[instance.id])


def wait_until_terminated(lab: Connection, instances: Sequence[Resource]) -> None:
    """Wait until instances are terminated. Raises StillWaiting."""
    ids = [instance.id for instance in instances]

    def all_gone() -> bool:
        return all(state == "terminated" for state in machine_reader.states(lab, ids).values())

    lab.wait(all_gone, f"{counted(len(ids), 'instance')} to be terminated", limit=_ENDED_WITHIN)
