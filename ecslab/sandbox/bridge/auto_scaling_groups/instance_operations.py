"""API operations on the instances of groups: Describe, Terminate, and what somebody says of one."""

from collections.abc import Iterator

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import capacity, state, view
from ecslab.sandbox.bridge.auto_scaling_groups.pages import Answer, page
from ecslab.sandbox.bridge.auto_scaling_groups.requests import Request
from ecslab.sandbox.world.auto_scaling_group import activity as words
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance


def describe_auto_scaling_instances(params: Request, region: str) -> Answer:
    """Instances of groups, by their ids; one that is in no group is passed over."""
    wanted = params.get("InstanceIds") or ()
    rows = [view.instance_details(*each) for each in _all(region) if not wanted or each[1].id in wanted]
    return page("AutoScalingInstances", rows, params)


def terminate_instance_in_auto_scaling_group(params: Request, region: str) -> Answer:
    """End an instance, whose place is taken by another unless the desired capacity falls with it."""
    instance_id, shrinks = params.get("InstanceId", ""), params["ShouldDecrementDesiredCapacity"]
    group, instance = _named(region, instance_id)
    if shrinks and group.desired <= group.minimum:
        raise state.problem(
            f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance without "
            "replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
            "flag to false or lower group's min size."
        )
    before = group.desired
    group.desired -= shrinks
    shrinking = words.text("shrinking", before=before, after=group.desired) if shrinks else ""
    asked = words.text("asked", instance=instance_id, shrinking=shrinking)
    activity = capacity.end(group, instance, words.cause((current_account().clock.timestamp(), asked)))
    if not shrinks:
        group.why = ""
        capacity.look_soon(group)
    state.tell_changed(group)
    return {"Activity": view.activity(activity, group.arn)}


def set_instance_protection(params: Request, region: str) -> Answer:
    """Let scale-ins leave instances alone, or not; nothing is changed if one is not of the group."""
    group = state.named(region, params["AutoScalingGroupName"])
    for instance_id in params["InstanceIds"]:
        if instance_id not in group.instances:
            raise state.problem(f"The instance {instance_id} is not part of Auto Scaling group {group.name}.")
    for instance_id in params["InstanceIds"]:
        group.instances[instance_id].protected = params["ProtectedFromScaleIn"]
    return {}


def set_instance_health(params: Request, region: str) -> Answer:
    """Say that an instance is unhealthy: its group replaces it."""
    group, instance = _named(region, params["InstanceId"])
    health = params["HealthStatus"]
    if health not in ("Healthy", "Unhealthy"):  # U
        raise state.problem("Valid instance health states are: [Healthy, Unhealthy].")
    if health == "Unhealthy" and not instance.leaving:
        capacity.replace(group, instance, "marked")
    return {}


def describe_lifecycle_hooks(params: Request, region: str) -> Answer:
    """The hooks of a group: those of managed draining."""
    group = state.named(region, params["AutoScalingGroupName"])
    wanted = params.get("LifecycleHookNames") or group.hooks
    return {"LifecycleHooks": [_hook(group, name) for name in group.hooks if name in wanted]}


def _hook(group: Group, name: str) -> dict[str, object]:
    """As managed draining makes it. U: all but the transition and the 48 hours."""
    return {
        "LifecycleHookName": name,
        "AutoScalingGroupName": group.name,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 7200,
        "GlobalTimeout": 172_800,
        "DefaultResult": "CONTINUE",
    }


def _named(region: str, instance_id: str) -> tuple[Group, GroupInstance]:
    group = state.group_of(region, instance_id)
    if group is None:
        raise state.problem(
            f"Instance Id not found - No managed instance found for instance ID: {instance_id}"
        )
    return group, group.instances[instance_id]


def _all(region: str) -> Iterator[tuple[Group, GroupInstance]]:
    for group in state.of(region).groups.values():
        yield from ((group, instance) for instance in group.instances.values())
