"""Looks after capacity providers when something has changed: waiting tasks, metric, protection, draining.

Nothing happens each minute: the metric is recorded as runs of what it was, when it changes or somebody reads.
"""

import math
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import capacity
from ecslab.sandbox.bridge.auto_scaling_groups import state as groups
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.ecs import hosted_tasks, state
from ecslab.sandbox.bridge.ecs.capacity import facts
from ecslab.sandbox.bridge.ecs.managed_instances import fleet, known
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.capacity_provider.reservation import METRIC, NAMESPACE
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of

MINUTE: Final = 60
DRAINED_BY: Final = 172_800.0
"""Seconds after which managed draining lets an instance go with its tasks: 48 hours (developer guide)."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Has a cluster's capacity looked after soon."""

    region: str
    cluster: str

    def __call__(self) -> None:
        cluster = state.of(self.region).clusters.get(self.cluster)
        if cluster is not None:
            soon(self.region, cluster)


@dataclass(frozen=True, slots=True)
class Source:
    """Records the metric of a Region's providers (`MetricStore.sources`)."""

    region: str

    def __call__(self, until: float) -> None:
        for provider in state.of(self.region).providers.values():
            record(self.region, provider, until)


def soon(region: str, cluster: Cluster) -> None:
    """Let a cluster's capacity be looked after in a moment."""
    if cluster.capacity_look is None and (
        cluster.waiting or _own(region, cluster) or any(known.providers_of(region, cluster))
    ):
        clock = current_account().clock
        delay = clock.durations.of("capacity_noticed", f"{cluster.arn}@{clock.now}")
        cluster.capacity_look = clock.after(delay, lambda: _look(region, cluster))


def group_changed(group: Group) -> None:
    """A group has other instances than before."""
    for provider in facts.providers_of(group.region, group):
        for cluster in facts.clusters_with(group.region, provider):
            soon(group.region, cluster)


def _own(region: str, cluster: Cluster) -> list[Provider]:
    """The providers of groups that a cluster has."""
    known = state.of(region).providers
    return [known[name] for name in cluster.capacity_providers if name in known]


def _look(region: str, cluster: Cluster) -> None:
    cluster.capacity_look = None
    _place(region, cluster)
    fleet.look_after(region, cluster)
    for provider in _own(region, cluster):
        if provider.cluster == cluster.name:
            measure(region, provider, cluster)
        group = facts.group_of(region, provider)
        if group:
            _protect(group, provider)
            _release(group)


def _place(region: str, cluster: Cluster) -> None:
    """Place tasks that wait, those first that have waited longest; alike ones fail alike.

    Those stay for whom an instance has been launched, and is on its way.
    """
    full: set[object] = set()
    coming = fleet.reserved(region, cluster)
    for task_id, waiting in list(cluster.waiting.items()):
        alike = waiting.provider, waiting.needs, waiting.task.settings["group"]
        if waiting.task.stopping or alike in full or task_id in coming:
            continue
        if waiting.place(None):
            cluster.waiting.pop(task_id, None)
        else:
            full.add(alike)


# The metric -------------------------------------------------------------------------------------------------


def measure(region: str, provider: Provider, cluster: Cluster) -> None:
    """Take note of what the metric is now."""
    value = facts.value_of(region, provider, cluster)
    if value != provider.value:
        record(region, provider, current_account().clock.timestamp())
        provider.value = value


def record(region: str, provider: Provider, until: float) -> None:
    """Record the metric up to an epoch second: a minute's value is what held at its end."""
    end = math.floor(until / MINUTE) * MINUTE
    if provider.policy and end > provider.told_until:
        store, value = cloudwatch_of(current_account(), region).store, provider.value
        told = Statistics(1, value, value, value, "None")  # U: the unit
        start, provider.told_until = provider.told_until, float(end)
        store.record_run(metric_of(provider), start, end, MINUTE, told)


def metric_of(provider: Provider) -> Metric:
    """CapacityProviderReservation of a provider in its cluster."""
    where = dimensions_of(CapacityProviderName=provider.name, ClusterName=provider.cluster)
    return Metric(NAMESPACE, METRIC, where)


# Termination ------------------------------------------------------------------------------------------------


def _protect(group: Group, provider: Provider) -> None:
    """Managed termination protection: a scale-in leaves instances with tasks alone."""
    for each in group.in_service() if provider.protects else ():
        instance = facts.registered(each.id)
        if instance is not None:
            each.protected = facts.is_used(instance)


def drain(group: Group, ending: GroupInstance) -> None:
    """Managed draining: an instance that is to end takes no more tasks, and services replace those it has."""
    clock, instance = current_account().clock, facts.registered(ending.id)
    if instance is None or not instance.tasks:
        clock.after(0.0, lambda: capacity.proceed(group, ending))
        return
    clock.after(DRAINED_BY, lambda: capacity.proceed(group, ending))
    if instance.status != "ACTIVE":
        return
    hosted_tasks.drain(instance, True)


def _release(group: Group) -> None:
    """Let instances go that have been drained."""
    for ending in list(group.instances.values()):
        if ending.state == "Terminating:Wait":
            instance = facts.registered(ending.id)
            if instance is None or not instance.tasks:
                capacity.proceed(group, ending)


def listen(region: str) -> None:
    """Hear of what becomes of groups, from here on."""
    held = groups.of(region)
    if group_changed not in held.changed_listeners:
        held.changed_listeners.append(group_changed)
        held.held_listeners.append(drain)
        cloudwatch_of(current_account(), region).store.sources.append(Source(region))
