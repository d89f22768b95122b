"""CreateCapacityProvider, UpdateCapacityProvider and DeleteCapacityProvider of managed instances.

A provider is of one cluster from the beginning, and of no other.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-capacity-providers-concept.html
"""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import hosted_daemons, provider_usage, state
from ecslab.sandbox.bridge.ecs.managed_instances import fleet
from ecslab.sandbox.bridge.ecs.managed_instances.request import configure, refused
from ecslab.sandbox.bridge.ecs.shapes import Answer, checked_tags, name_in
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.managed_instances.provider import ManagedProvider

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api


def create(params: "api.CreateCapacityProviderRequestTypeDef", caller: Caller) -> Answer:
    """Make a provider of managed instances; its cluster has it from now on, and may use it in a moment."""
    if "cluster" not in params:
        raise refused("no_cluster")
    name, cluster = params["name"], _cluster(params["cluster"], caller)
    arn = caller.ecs_arn(f"capacity-provider/{name}")  # U: that it does not name the cluster
    provider = ManagedProvider(name, arn, cluster.name, "", {})
    provider.tags = checked_tags(params.get("tags"))
    configure(provider, caller.region, params["managedInstancesProvider"])
    state.of(caller.region).managed_providers[name] = provider
    cluster.capacity_providers = [*cluster.capacity_providers, name]
    clock = current_account().clock
    clock.after(clock.durations.of("managed_provider_created", arn), lambda: _created(provider))
    return {"capacityProvider": view(provider, ["TAGS"])}


def _created(provider: ManagedProvider) -> bool:
    if provider.update_status != "CREATE_IN_PROGRESS":  # it has been deleted meanwhile
        return False
    provider.status, provider.update_status = "ACTIVE", "CREATE_COMPLETE"
    return True


def update(
    provider: ManagedProvider, params: "api.UpdateCapacityProviderRequestTypeDef", caller: Caller
) -> Answer:
    """Change a provider: what its template says holds for instances launched from now on."""
    _check_cluster(provider, params.get("cluster"), caller)
    if provider.status != "ACTIVE":
        raise refused("inactive", name=provider.name)
    changed = copy(provider)
    configure(changed, caller.region, params["managedInstancesProvider"])
    provider.role, provider.template = changed.role, changed.template
    provider.propagates, provider.repairs = changed.propagates, changed.repairs
    if provider.scale_in_after != changed.scale_in_after:
        provider.scale_in_after = changed.scale_in_after
        fleet.forget_idle(caller.region, provider)
    provider.update_status = "UPDATE_COMPLETE"
    return {"capacityProvider": view(provider)}


def delete(provider: ManagedProvider, cluster: str | None, caller: Caller) -> Answer:
    """Delete a provider that nothing uses; its instances end first."""
    _check_cluster(provider, cluster, caller)
    if hosted_daemons.associated(caller.region, provider.name):
        raise refused("associated_daemons")
    home = state.of(caller.region).clusters[provider.cluster]
    by_default = {each["capacityProvider"] for each in home.default_strategy}
    if provider.name in provider_usage.used_by(home) | by_default:
        raise refused("in_use")
    provider.status, provider.update_status = "DEPROVISIONING", "DELETE_IN_PROGRESS"
    fleet.end_all(caller.region, provider)
    clock = current_account().clock
    delay = clock.durations.of("provider_deleted", provider.arn)
    clock.after(delay, lambda: fleet.close(caller.region, provider))
    return {"capacityProvider": view(provider)}


def find(name: str | None, caller: Caller) -> ManagedProvider | None:
    """The provider of this name that is not INACTIVE."""
    provider = state.of(caller.region).managed_providers.get(name or "")
    return provider if provider and provider.status != "INACTIVE" else None


def _cluster(identifier: str, caller: Caller) -> Cluster:
    cluster = state.of(caller.region).clusters.get(name_in("cluster", identifier, caller) or "")
    if cluster is None or cluster.status != "ACTIVE":
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    return cluster


def _check_cluster(provider: ManagedProvider, identifier: str | None, caller: Caller) -> None:
    """Refuse another cluster than the provider's. U: that it may be left out."""
    if identifier is not None and _cluster(identifier, caller).name != provider.cluster:
        raise refused("elsewhere")


def view(provider: ManagedProvider, include: Sequence[str] = ()) -> dict[str, object]:
    """API_CapacityProvider of one with managed instances."""
    shown: dict[str, object] = {
        "infrastructureRoleArn": provider.role,
        "instanceLaunchTemplate": provider.template,
        "propagateTags": "CAPACITY_PROVIDER" if provider.propagates else "NONE",
    }
    if provider.scale_in_after is not None:
        shown["infrastructureOptimization"] = {"scaleInAfter": provider.scale_in_after}
    if provider.repairs:
        shown["autoRepairConfiguration"] = {"actionsStatus": provider.repairs}
    answer: dict[str, object] = {
        "capacityProviderArn": provider.arn,
        "name": provider.name,
        "cluster": provider.cluster,
        "status": provider.status,
        "type": "MANAGED_INSTANCES",
        "managedInstancesProvider": shown,
        "tags": list(provider.tags) if "TAGS" in include else [],
    }
    return answer | ({"updateStatus": provider.update_status} if provider.update_status else {})
