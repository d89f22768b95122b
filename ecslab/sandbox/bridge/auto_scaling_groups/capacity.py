"""Keeps each group at the capacity that is wanted: launches, ends and replaces its instances.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html
"""

import json
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import machines, state
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2.launch_checks import LaunchRefused
from ecslab.sandbox.world.auto_scaling_group import activity as words
from ecslab.sandbox.world.auto_scaling_group import selection
from ecslab.sandbox.world.auto_scaling_group.activity import Activity
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance
from ecslab.sandbox.world.scaling_activity import keep

RETRIED: Final = 60.0
"""Seconds after the first launch that failed; they double with each one, up to an hour. U."""
_LONGEST: Final = 3600.0


def want(group: Group, count: int, reason: str, **parts: object) -> None:
    """Let a group have another desired capacity; `reason` is a name in `activity.toml`."""
    before, group.desired = group.desired, count
    if count != before or reason == "created":
        group.why = words.text(reason, before=0 if reason == "created" else before, after=count, **parts)
        group.why = words.cause((_now(), group.why))
        group.failures = 0
        look_soon(group)


def look_soon(group: Group, delay: float | None = None) -> None:
    """Let a group's instances be looked at in a moment."""
    clock = current_account().clock
    if group.plan:
        group.plan.cancel()
    if delay is None:
        delay = clock.durations.of("group_noticed", f"{group.arn}@{clock.now}")
    group.plan = clock.after(delay, lambda: _look(group))


def _look(group: Group) -> bool:
    """Launch what is missing, or end what is too much."""
    group.plan = None
    live = group.live()
    count, before = len(live), len(live)
    while count < group.desired and _launch(group, before):
        count += 1
    while count > group.desired and _scale_in(group, before):
        count -= 1
    state.tell_changed(group)
    return count != before


# Launches ---------------------------------------------------------------------------------------------------


def _launch(group: Group, before: int) -> bool:
    subnet, zone = selection.next_subnet(group)
    why = words.text("started", before=before, after=group.desired)
    replaced = not group.why
    told = words.cause((_now(), words.text("replaced") if replaced else why))
    told = told if replaced else f"{group.why}  {told}"
    try:
        instance = machines.launch(group, subnet, zone)
    except LaunchRefused as refused:
        message = words.text("failed", reason=refused.message.rstrip("."))
        described = words.text("launching_nothing", message=message)
        _note(group, described, told, subnet, zone).end(_now(), "Failed", message)
        group.failures += 1
        look_soon(group, min(RETRIED * 2.0 ** (group.failures - 1), _LONGEST))
        return False
    group.failures, group.instances[instance.id] = 0, instance
    activity = _note(group, words.text("launching", instance=instance.id), told, subnet, zone)
    delay = _takes("group_launched", instance.id)
    current_account().clock.after(delay, lambda: _launched(group, instance, activity))
    return True


def _launched(group: Group, instance: GroupInstance, activity: Activity) -> bool:
    if activity.ended_at is None:
        activity.end(_now())
    if instance.state != "Pending":
        return False
    instance.move("launched")
    instance.in_service_at = current_account().clock.now
    state.tell_changed(group)
    return True


# Ends -------------------------------------------------------------------------------------------------------


def _scale_in(group: Group, before: int) -> bool:
    instance = selection.next_to_end(group)
    if instance is None:
        return False
    taken = words.text("taken", before=before, after=group.desired)
    selected = words.text("selected", instance=instance.id)
    told = f"{group.why}  {words.cause((_now(), taken), (_now(), selected))}".strip()
    end(group, instance, told)
    return True


def end(group: Group, instance: GroupInstance, cause: str) -> Activity:
    """Begin to end an instance; at a hook it waits until `proceed`."""
    if instance.ending is not None:
        return instance.ending
    described = words.text("terminating", instance=instance.id)
    activity = instance.ending = _note(group, described, cause, instance.subnet, instance.zone)
    instance.move("ended")
    if group.hooks and machines.runs(group.region, instance.id):
        instance.move("held")
        for listener in state.of(group.region).held_listeners:
            listener(group, instance)
    else:
        _terminate(group, instance)
    return activity


def proceed(group: Group, instance: GroupInstance) -> None:
    """Let an instance go that waits at a hook."""
    if instance.state == "Terminating:Wait":
        instance.move("released")
        _terminate(group, instance)


def _terminate(group: Group, instance: GroupInstance) -> None:
    machines.end(group.region, instance.id)
    current_account().clock.after(
        _takes("group_terminated", instance.id), lambda: _terminated(group, instance)
    )


def _terminated(group: Group, instance: GroupInstance) -> None:
    instance.move("terminated")
    group.instances.pop(instance.id, None)
    if instance.ending:
        instance.ending.end(_now())
    if group.deleting and not group.instances:
        forget(group)
    elif len(group.live()) != group.desired and group.plan is None:
        look_soon(group)
    state.tell_changed(group)


def forget(group: Group) -> None:
    """Delete a group; what it did stays told of for a time."""
    region = state.of(group.region)
    if group.plan:
        group.plan.cancel()
    if region.groups.pop(group.name, None):
        keep(region.deleted, group.activities, _now())


# Health -----------------------------------------------------------------------------------------------------


def lost(region: str, ec2_id: str) -> None:
    """An EC2 instance has been stopped or terminated: its group finds out, and replaces it."""
    group = state.group_of(region, ec2_id)
    instance = group.instances[ec2_id] if group else None
    if group is None or instance is None or instance.leaving:
        return
    delay = _takes("group_checked", ec2_id)
    current_account().clock.after(delay, lambda: _unhealthy(group, instance))


def _unhealthy(group: Group, instance: GroupInstance) -> bool:
    if instance.leaving or machines.runs(group.region, instance.id):
        return False
    replace(group, instance, "unhealthy")
    return True


def replace(group: Group, instance: GroupInstance, why: str) -> None:
    """End an instance that is unhealthy, and let another take its place; `why` names a sentence."""
    instance.healthy = False
    end(group, instance, words.cause((_now(), words.text(why))))
    group.why = ""
    look_soon(group)


# Activities -------------------------------------------------------------------------------------------------


def _note(group: Group, description: str, cause: str, subnet: str, zone: str) -> Activity:
    details = json.dumps({"Subnet ID": subnet, "Availability Zone": zone}, separators=(",", ":"))
    activity = Activity(str(rng.uuid4()), group.name, description, cause, _now(), details=details)
    keep(group.activities, [activity], activity.started_at)
    return activity


def _now() -> float:
    return current_account().clock.timestamp()


def _takes(step: str, whose: str) -> float:
    return current_account().clock.durations.of(step, whose)
