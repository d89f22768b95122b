"""API operations on Auto Scaling groups: Create, Update, Delete, Describe, SetDesiredCapacity.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
"""

from collections.abc import Iterable, Iterator

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import capacity, requests, state, view
from ecslab.sandbox.bridge.auto_scaling_groups.pages import Answer, page
from ecslab.sandbox.bridge.auto_scaling_groups.requests import Request
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.auto_scaling_group import activity as words
from ecslab.sandbox.world.auto_scaling_group.activity import Activity
from ecslab.sandbox.world.auto_scaling_group.group import Group
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling_activity import recent


def create_auto_scaling_group(params: Request, region: str) -> Answer:
    """Make a group, whose instances are launched soon."""
    name, account, groups = params["AutoScalingGroupName"], current_account(), state.of(region).groups
    requests.check_name(name)
    minimum, maximum = params["MinSize"], params["MaxSize"]
    desired = params.get("DesiredCapacity", minimum)
    requests.check_sizes(minimum, maximum, desired)
    requests.check_health(params)
    if name in groups:
        raise AwsError("AlreadyExists", "AutoScalingGroup by this name already exists")
    template, subnets = requests.template(region, params), requests.subnets(region, params)
    tags = requests.tags(params.get("Tags") or (), name)
    roles.ensure_role_of("autoscaling.amazonaws.com", view.LINKED_ROLE)
    prefix = f"arn:aws:autoscaling:{region}:{account.id}:autoScalingGroup"
    arn = f"{prefix}:{rng.uuid4()}:autoScalingGroupName/{name}"
    group = Group(
        name, arn, region, template, minimum, maximum, 0, subnets, account.clock.timestamp(), tags=tags
    )
    requests.apply(group, params)
    groups[name] = group
    if capacity.lost not in account.instance_lost_listeners:
        account.instance_lost_listeners.append(capacity.lost)
    capacity.want(group, desired, "created")
    return {}


def update_auto_scaling_group(params: Request, region: str) -> Answer:
    """Change a group; its instances stay as they are, but for their number."""
    group = _changeable(region, params)
    minimum = params.get("MinSize", group.minimum)
    maximum = params.get("MaxSize", group.maximum)
    given = params.get("DesiredCapacity")
    # bounds that move past the desired capacity take it along (API_UpdateAutoScalingGroup)
    desired = min(max(group.desired, minimum), maximum) if given is None else given
    requests.check_sizes(minimum, maximum, desired)
    requests.check_health(params)
    template = requests.template(region, params) if params.get("LaunchTemplate") else group.template
    moved = params.get("VPCZoneIdentifier") or params.get("AvailabilityZones")
    subnets = requests.subnets(region, params) if moved else group.subnets
    group.template, group.subnets = template, subnets
    group.minimum, group.maximum = minimum, maximum
    requests.apply(group, params)
    capacity.want(group, desired, "updated", minimum=minimum, maximum=maximum)
    return {}


def delete_auto_scaling_group(params: Request, region: str) -> Answer:
    """Delete a group without instances, or by force with them."""
    group = state.named(region, params["AutoScalingGroupName"])
    if group.instances and not params.get("ForceDelete"):
        raise AwsError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
            "request(s) still in the group.",
        )
    before, group.minimum, group.maximum = group.desired, 0, 0
    group.deleting, group.desired = True, 0
    group.hooks.clear()  # U: whether an instance waits at a hook then
    why = words.cause((_now(), words.text("deleted", before=before, after=0)))
    for instance in list(group.instances.values()):
        if instance.state == "Terminating:Wait":
            capacity.proceed(group, instance)
        else:
            capacity.end(group, instance, why)
    state.tell_changed(group)
    if not group.instances:
        capacity.forget(group)
    return {}


def set_desired_capacity(params: Request, region: str) -> Answer:
    """Let a group have more instances, or fewer."""
    group, wanted = _changeable(region, params), params["DesiredCapacity"]
    for is_beyond, word, bound, limit in (
        (wanted > group.maximum, "above", "max", group.maximum),
        (wanted < group.minimum, "below", "min", group.minimum),
    ):
        if is_beyond:
            raise state.problem(
                f"New SetDesiredCapacity value {wanted} is {word} {bound} value {limit} for the "
                "AutoScalingGroup."
            )
    capacity.want(group, wanted, "set")
    return {}


def describe_auto_scaling_groups(params: Request, region: str) -> Answer:
    """Groups by name and by tag; a name that there is not is passed over."""
    wanted = params.get("AutoScalingGroupNames") or ()
    groups = [
        group
        for group in state.of(region).groups.values()
        if (not wanted or group.name in wanted or group.arn in wanted) and _has_tags(group, params)
    ]
    instances = params.get("IncludeInstances", True)
    return page("AutoScalingGroups", [view.group(group, instances) for group in groups], params)


def _has_tags(group: Group, params: Request) -> bool:
    keys, values = set(group.tags), {value for value, _ in group.tags.values()}
    for each in params.get("Filters") or ():
        name, wanted = each.get("Name", ""), set(each.get("Values") or ())
        if name.startswith("tag:"):
            value = group.tags.get(name.removeprefix("tag:"))
            if value is None or value[0] not in wanted:
                return False
        elif name in ("tag-key", "tag-value"):
            if not wanted & (keys if name == "tag-key" else values):
                return False
        else:
            raise state.problem(f"The filter {name} is not valid.")  # U
    return True


def describe_scaling_activities(params: Request, region: str) -> Answer:
    """What was done to one group, or to all, newest first."""
    ids = params.get("ActivityIds") or ()
    rows = [
        view.activity(each, arn) for each, arn in _activities(params, region) if not ids or each.id in ids
    ]
    rows.sort(key=lambda row: row["StartTime"], reverse=True)
    return page("Activities", rows, params, most=100)


def _activities(params: Request, region: str) -> Iterator[tuple[Activity, str]]:
    name, held, now = params.get("AutoScalingGroupName"), state.of(region), _now()
    groups: Iterable[Group] = held.groups.values()
    deleted = params.get("IncludeDeletedGroups")
    if name and (name in held.groups or not deleted):
        groups = [state.named(region, name)]
    elif name:
        groups = ()
    for group in groups:
        yield from ((each, group.arn) for each in recent(group.activities, now))
    for each in recent(held.deleted, now) if deleted else ():
        if name in (None, each.resource):
            yield each, ""


def _changeable(region: str, params: Request) -> Group:
    group = state.named(region, params["AutoScalingGroupName"])
    if group.deleting:  # U: the sentence
        raise AwsError("ScalingActivityInProgress", f"AutoScalingGroup {group.name} is being deleted.")
    return group


def _now() -> float:
    return current_account().clock.timestamp()
