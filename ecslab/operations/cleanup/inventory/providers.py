"""The capacity providers of a lab, and how they go: off their clusters first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.display.counted import counted
from ecslab.operations import instance_prices
from ecslab.operations.cleanup.inventory import ecs
from ecslab.operations.cleanup.inventory.daemon_survey import GROUP, Daemons
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey, SurveyedCluster
from ecslab.resources.container_instance.instance_reader import attribute
from ecslab.resources.machines import association, machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CapacityProviderTypeDef, ClusterTypeDef

FARGATE: Final = ("FARGATE", "FARGATE_SPOT")
"""The two that AWS has in every account."""
_ENDED_WITHIN: Final = 900.0
"""Seconds in which providers are deleted; the instances of one that ECS manages have to end before."""


class Providers:
    """The capacity providers of the Region, as one survey sees them.

    Attributes:
        shown: the lab's, and strangers' that are in its clusters or have a name of its ledger.
        own: names of the lab's.
    """

    def __init__(self, survey: Survey):
        self._survey = survey
        given = {name for cluster in survey.clusters for name in cluster.shown.get("capacityProviders", [])}
        wanted = {*given, *survey.names("capacity provider")} - {*FARGATE}
        looks = wanted or survey.may_have("capacity provider")
        listed = list(machine_reader.capacity_providers(survey.lab)) if looks else []
        self.own = {each["name"] for each in listed if survey.ours(each.get("tags"))}
        self.shown = [each for each in listed if each["name"] in self.own | wanted]

    def is_strangers(self, name: str) -> bool:
        """Whether a provider is there, and somebody else's."""
        return any(each["name"] == name and name not in self.own for each in self.shown)

    def manages_instances(self, name: str) -> bool:
        """Whether ECS launches and ends the instances of this provider itself."""
        return any(each["name"] == name and "managedInstancesProvider" in each for each in self.shown)

    def why_stays(self, name: str) -> str:
        """Which services and tasks of others use a provider of the lab's, in words; "" for none."""
        users = [user for cluster in self._survey.clusters for user in self._strangers_on(cluster, name)]
        if self.manages_instances(name):
            strange = (each for each in self._survey.look(Daemons).all if not each.ours)
            users += [f"daemon {each.name}" for each in strange if name in each.providers]
        return f"something uses it that this lab did not make: {', '.join(users)}" if users else ""

    def why_group_stays(self, group_arn: str) -> str:
        """The same of the provider that scales a group."""
        return next((why for each in self.shown if _group_of(each) == group_arn
                     if (why := self.why_stays(each["name"]))), "")  # fmt: skip

    def _strangers_on(self, cluster: SurveyedCluster, name: str) -> Iterator[str]:
        for service in cluster.strangers:
            strategy = service.get("capacityProviderStrategy", [])
            if name in {each["capacityProvider"] for each in strategy}:
                yield f"service {service['serviceName']}"
        for task in ecs.foreign_tasks(self._survey, cluster):
            if task.get("capacityProviderName") == name and not task.get("group", "").startswith(GROUP):
                yield f"task {task['taskArn'].rpartition('/')[2][:8]}"


def _group_of(provider: CapacityProviderTypeDef) -> str:
    return provider.get("autoScalingGroupProvider", {}).get("autoScalingGroupArn", "")


def capacity_providers(survey: Survey) -> Iterator[Resource]:
    """The providers: the lab's, and strangers' of a name of its ledger."""
    providers, names = survey.look(Providers), survey.names("capacity provider")
    for provider in providers.shown:
        name, ours = provider["name"], provider["name"] in providers.own
        if ours or name in names:
            reason = providers.why_stays(name) if ours else ""
            hourly = _managed_hour(survey, name) if ours else 0.0
            yield Resource("capacity provider", name, name, hourly=hourly, ours=ours, kept=reason)


def _managed_hour(survey: Survey, name: str) -> float:
    """Dollars an hour for the instances that ECS launched for a provider and manages."""
    if not survey.look(Providers).manages_instances(name):
        return 0.0
    return sum(
        instance_prices.managed_hour(attribute(shown, "ecs.instance-type")) or 0.0
        for cluster in survey.clusters
        for shown in survey.container_instances(cluster)
        if shown.get("capacityProviderName") == name
    )


def delete_provider(lab: Connection, resource: Resource) -> None:
    """Take a provider off the clusters that have it, and delete it; one that is going already is let go."""
    named = (each for each in machine_reader.capacity_providers(lab) if each["name"] == resource.id)
    provider = next(named, None)
    if provider is None:
        return
    for cluster in () if "managedInstancesProvider" in provider else _clusters_with(lab, resource.id):
        association.end(lab, cluster, resource.id)
    if provider.get("updateStatus") != "DELETE_IN_PROGRESS":
        lab.ecs.delete_capacity_provider(capacityProvider=resource.id)


def _clusters_with(lab: Connection, name: str) -> Iterator[ClusterTypeDef]:
    """The clusters to which a provider was given. One whose instances ECS manages belongs to a single one."""
    for page in lab.ecs.get_paginator("list_clusters").paginate():
        for cluster in lab.ecs.describe_clusters(clusters=page["clusterArns"])["clusters"]:
            if name in cluster.get("capacityProviders", []) and cluster["status"] == "ACTIVE":
                yield cluster


def wait_until_deleted(lab: Connection, providers: Sequence[Resource]) -> None:
    """Wait until providers are gone, and with them the instances that ECS manages. Raises StillWaiting."""
    what = f"{counted(len(providers), 'capacity provider')} to be deleted"
    lab.wait(lambda: not _any_left(lab, providers), what, limit=_ENDED_WITHIN)


def _any_left(lab: Connection, providers: Sequence[Resource]) -> bool:
    wanted = {resource.id for resource in providers}
    return any(each["name"] in wanted for each in machine_reader.capacity_providers(lab))
