"""What comes of a cluster's association with capacity providers: a scaling policy, its alarms, and a hook.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
"""

import math
from collections.abc import Iterable
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import capacity
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.capacity import facts, look
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.auto_scaling_group.group import Group
from ecslab.sandbox.world.capacity_provider import target_tracking
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.placement.cluster import Placement

HOOK: Final = "ecs-managed-draining-termination-hook"
TAG: Final = "AmazonECSManaged"
_DESCRIPTION: Final = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy}."


def connect(region: str, cluster: Cluster, names: Iterable[str]) -> None:
    """Let providers that a cluster has begin to act for it; Fargate's have nothing to begin."""
    known = state.of(region).providers
    for provider in (known[name] for name in names if name in known):
        watch(region, cluster)
        group = facts.group_of(region, provider)
        if group and provider.drains and HOOK not in group.hooks:
            group.hooks.append(HOOK)
        if provider.scaling.enabled and not provider.policy:
            provider.cluster = cluster.name
            _make_policy(region, provider)
            look.measure(region, provider, cluster)
        look.soon(region, cluster)


def watch(region: str, cluster: Cluster) -> None:
    """Look after a cluster's capacity from now on, whenever something changes there."""
    if cluster.placement is None:
        cluster.placement = Placement(current_account().clock.durations.share)
    watching = look.Watch(region, cluster.name)
    if watching not in cluster.placement.listeners:
        cluster.placement.listeners.append(watching)


def disconnect(region: str, names: Iterable[str]) -> None:
    """Let providers that a cluster has no more end to act for it."""
    known = state.of(region).providers
    for provider in (known[name] for name in names if name in known):
        look.record(region, provider, current_account().clock.timestamp())
        if provider.policy:
            cloudwatch_of(current_account(), region).alarms.delete(provider.policy[2:])
        provider.policy, provider.cluster = None, ""
        group = facts.group_of(region, provider)
        if group and HOOK in group.hooks and not any(facts.clusters_with(region, provider)):
            group.hooks.remove(HOOK)


def attachments(region: str, cluster: Cluster) -> list[dict[str, object]]:
    """What providers have made in their groups, as DescribeClusters shows it (AWS CLI, examples)."""
    known, shown = state.of(region).providers, []
    for provider in (known[name] for name in cluster.capacity_providers if name in known):
        name = {"name": "capacityProviderName", "value": provider.name}
        if provider.policy and provider.cluster == cluster.name:
            policy = {"name": "scalingPolicyName", "value": provider.policy[1]}
            shown.append((provider.policy[1][-36:], "as_policy", [name, policy]))
        if provider.drains:
            hook = {"name": "autoScalingLifecycleHookName", "value": HOOK}
            shown.append((f"{provider.name}-draining", "managed_draining", [name, hook]))
    return [{"id": id_, "type": kind, "status": "ACTIVE", "details": details} for id_, kind, details in shown]


def _make_policy(region: str, provider: Provider) -> None:
    account = current_account()
    name = f"ECSManagedAutoScalingPolicy-{rng.uuid4()}"
    start = f"arn:aws:autoscaling:{region}:{account.id}:scalingPolicy:{rng.uuid4()}"
    arn = f"{start}:autoScalingGroupName/{provider.group}:policyName/{name}"
    alarms = cloudwatch_of(account, region).alarms
    high, low = (f"TargetTracking-{provider.group}-Alarm{which}-{rng.uuid4()}" for which in ("High", "Low"))
    provider.policy = arn, name, high, low
    provider.told_until = math.floor(account.clock.timestamp() / look.MINUTE) * float(look.MINUTE)
    for alarm, comparison, periods in (
        (high, "GreaterThanThreshold", target_tracking.HIGH_PERIODS),
        (low, "LessThanThreshold", target_tracking.LOW_PERIODS),
    ):
        alarms.put(
            Alarm(
                name=alarm, arn=alarms.arn(alarm), comparison=comparison, period=look.MINUTE,
                threshold=float(provider.scaling.target), evaluation_periods=periods, statistic="Average",
                metric=look.metric_of(provider), description=_DESCRIPTION.format(policy=arn),
                actions={"ALARM": (arn,)},
            )
        )  # fmt: skip
    alarms.on_action(
        f"arn:aws:autoscaling:{region}:{account.id}:scalingPolicy:{arn.split(':')[6]}", alarm_acted
    )


def alarm_acted(alarm: Alarm, action: str, new_state: str) -> bool:
    """An alarm's action names the policy of a provider; whether anything comes of it, or will.

    The metric is taken as it is now: the datapoint was measured with other instances, if some came or went.
    """
    region = action.split(":")[3]
    provider = next(
        (each for each in state.of(region).providers.values() if each.policy and each.policy[0] == action),
        None,
    )
    group = facts.group_of(region, provider) if provider else None
    if provider is None or provider.policy is None or group is None or group.deleting:
        return False
    value = facts.value_of(region, provider, state.of(region).clusters[provider.cluster])
    is_high = alarm.name == provider.policy[2]
    count = (_more if is_high else _fewer)(provider, group, value)
    if isinstance(count, bool):
        return count
    if is_high:
        provider.scaled_out_at = current_account().clock.now
    name = provider.policy[1]
    capacity.want(group, count, "alarm", alarm=alarm.name, state=new_state, policy=name)
    return True


def _more(provider: Provider, group: Group, value: float) -> int | bool:
    """The desired capacity that a metric above its target asks for; else whether more may come of it yet."""
    now, target = current_account().clock.now, provider.scaling.target
    warm = [
        each for each in group.in_service() if now - (each.in_service_at or now) >= provider.scaling.warmup
    ]
    count = None
    if value > target:
        count = target_tracking.scale_out(len(warm), group.desired, group.maximum, value, target)
    return len(warm) < len(group.live()) if count is None else count


def _fewer(provider: Provider, group: Group, value: float) -> int | bool:
    """The same of a metric below its target."""
    now, target = current_account().clock.now, provider.scaling.target
    if provider.scaled_out_at is not None and now - provider.scaled_out_at < target_tracking.HELD:
        return True
    count = None
    if value < target:
        running = len(group.in_service())
        count = target_tracking.scale_in(running, group.desired, group.minimum, value, target)
    return False if count is None else count
