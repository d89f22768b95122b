"""API operations on capacity providers: Create, Update, Delete, Describe.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import state as groups
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.capacity import association, facts, look
from ecslab.sandbox.bridge.ecs.managed_instances import operations as managed
from ecslab.sandbox.bridge.ecs.managed_instances.request import refused
from ecslab.sandbox.bridge.ecs.shapes import Answer, checked_tags, missing, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.auto_scaling_group.group import Group
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.managed_instances.provider import ManagedProvider

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

FARGATE: Final = ("FARGATE", "FARGATE_SPOT")
_NAME: Final = re.compile(r"(?!aws|ecs|fargate)[a-zA-Z0-9_\-]{1,255}", re.IGNORECASE)
_RANGES: Final = {
    # member: (attribute, least, most) of API_ManagedScaling
    "targetCapacity": ("target", 1, 100),
    "minimumScalingStepSize": ("minimum_step", 1, 10_000),
    "maximumScalingStepSize": ("maximum_step", 1, 10_000),
    "instanceWarmupPeriod": ("warmup", 0, 10_000),
}


def create_capacity_provider(params: "api.CreateCapacityProviderRequestTypeDef", caller: Caller) -> Answer:
    """Make a provider of an Auto Scaling group; it acts when a cluster is given it."""
    name, given = params["name"], params.get("autoScalingGroupProvider")
    if not _NAME.fullmatch(name):
        raise _refused(
            "The specified capacity provider name is invalid. Up to 255 characters are allowed, including "
            "letters (upper and lowercase), numbers, underscores (_), and hyphens (-). The name can't be "
            'prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.'
        )
    known = state.of(caller.region).providers
    active = name in known and known[name].status == "ACTIVE"
    if active or managed.find(name, caller):  # U
        raise _refused(
            "The specified capacity provider already exists. To change the configuration of an existing "
            "capacity provider, update the capacity provider."
        )
    if not _is_of_group(params):
        known.pop(name, None)
        answer = managed.create(params, caller)
        home = state.of(caller.region).managed_providers[name].cluster
        association.watch(caller.region, state.of(caller.region).clusters[home])
        return answer
    assert given, "one of the two is there"
    group = _group(caller.region, given["autoScalingGroupArn"])
    state.of(caller.region).managed_providers.pop(name, None)
    provider = Provider(name, caller.ecs_arn(f"capacity-provider/{name}"), group.name, group.arn)
    provider.tags = checked_tags(params.get("tags"))
    _configure(provider, group, given)
    known.pop(name, None)
    known[name] = provider
    group.tags.setdefault(association.TAG, ("", True))
    look.listen(caller.region)
    return {"capacityProvider": view(provider, ["TAGS"])}


def update_capacity_provider(params: "api.UpdateCapacityProviderRequestTypeDef", caller: Caller) -> Answer:
    """Change how a provider scales its group; clusters that have it are told at once."""
    provider, given = _named(params["name"], caller), params.get("autoScalingGroupProvider")
    if _is_of_group(params) == isinstance(provider, ManagedProvider):
        raise refused("other_kind")
    if isinstance(provider, ManagedProvider):
        return managed.update(provider, params, caller)
    assert given, "one of the two is there"
    group = facts.group_of(caller.region, provider)
    changed = replace(provider)
    _configure(changed, group, given)
    clusters = list(facts.clusters_with(caller.region, provider))
    if changed.scaling.enabled and len(clusters) > 1:
        raise in_other_cluster()
    association.disconnect(caller.region, [provider.name])
    provider.scaling, provider.protects = changed.scaling, changed.protects
    provider.drains = changed.drains
    if group and not provider.drains and association.HOOK in group.hooks:
        group.hooks.remove(association.HOOK)
    for cluster in clusters:
        association.connect(caller.region, cluster, [provider.name])
    provider.update_status = "UPDATE_COMPLETE"
    return {"capacityProvider": view(provider)}


def delete_capacity_provider(params: "api.DeleteCapacityProviderRequestTypeDef", caller: Caller) -> Answer:
    """Delete a provider that no cluster has."""
    provider = _named(params["capacityProvider"], caller)
    if isinstance(provider, ManagedProvider):
        return managed.delete(provider, params.get("cluster"), caller)
    if params.get("cluster"):
        raise refused("foreign_cluster")
    if any(facts.clusters_with(caller.region, provider)):
        raise _refused(  # U
            "The specified capacity provider is in use and cannot be deleted. Disassociate it from its "
            "cluster and try again."
        )
    provider.update_status = "DELETE_IN_PROGRESS"
    clock = current_account().clock
    clock.after(clock.durations.of("provider_deleted", provider.arn), lambda: _deleted(provider))
    return {"capacityProvider": view(provider)}


def _is_of_group(
    params: "api.CreateCapacityProviderRequestTypeDef | api.UpdateCapacityProviderRequestTypeDef",
) -> bool:
    """Whether a request is about an Auto Scaling group, and not about managed instances. U: the refusals."""
    group, instances = params.get("autoScalingGroupProvider"), params.get("managedInstancesProvider")
    if group and instances:
        raise refused("one_kind")
    if not group and not instances:
        raise refused("no_kind")
    if group and params.get("cluster"):
        raise refused("foreign_cluster")
    return bool(group)


def _deleted(provider: Provider) -> None:
    provider.status, provider.update_status = "INACTIVE", "DELETE_COMPLETE"


def describe_capacity_providers(
    params: "api.DescribeCapacityProvidersRequestTypeDef", caller: Caller
) -> Answer:
    """Providers by name or ARN; without names all of them, or a cluster's, but not INACTIVE ones."""
    region, include = state.of(caller.region), params.get("include", ())
    known: dict[str, Provider | ManagedProvider] = {**region.providers, **region.managed_providers}
    active = [name for name, provider in known.items() if provider.status != "INACTIVE"]
    of_cluster = _names_of(params["cluster"], caller) if "cluster" in params else None
    every = [*active, *FARGATE] if of_cluster is None else of_cluster
    wanted = params.get("capacityProviders") or every
    names = {identifier: name_in("capacity-provider", identifier, caller) for identifier in wanted}
    shown: list[Mapping[str, object]] = []
    failures = []
    for identifier, name in names.items():
        if of_cluster is not None and name not in of_cluster:
            failures.append(missing("capacity-provider", identifier, caller))
        elif name in FARGATE:
            arn = caller.ecs_arn(f"capacity-provider/{name}")
            row = {"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": [], "type": name}
            shown.append(row)
        elif name in known:
            provider = known[str(name)]
            if isinstance(provider, Provider):
                shown.append(view(provider, include))
            else:
                shown.append(managed.view(provider, include))
        else:
            failures.append(missing("capacity-provider", identifier, caller))
    return {**page("capacityProviders", shown, params), "failures": failures}


def _names_of(identifier: str, caller: Caller) -> list[str]:
    """The providers of a cluster."""
    cluster = state.of(caller.region).clusters.get(name_in("cluster", identifier, caller) or "")
    if cluster is None or cluster.status != "ACTIVE":
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    return list(cluster.capacity_providers)


def view(provider: Provider, include: Sequence[str] = ()) -> dict[str, object]:
    """API_CapacityProvider."""
    scaling = provider.scaling
    settings = {member: getattr(scaling, name) for member, (name, _, _) in _RANGES.items()}
    shown: dict[str, object] = {
        "capacityProviderArn": provider.arn,
        "name": provider.name,
        "status": provider.status,
        "type": "EC2_AUTOSCALING",
        "autoScalingGroupProvider": {
            "autoScalingGroupArn": provider.group_arn,
            "managedScaling": {"status": _switch(scaling.enabled), **settings},
            "managedTerminationProtection": _switch(provider.protects),
            "managedDraining": _switch(provider.drains),
        },
        "tags": list(provider.tags) if "TAGS" in include else [],
    }
    return shown | ({"updateStatus": provider.update_status} if provider.update_status else {})


def _switch(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


def _configure(provider: Provider, group: Group | None, given: Mapping[str, object]) -> None:
    """Let a provider have the settings of a request; AwsError if they cannot be."""
    wanted = given.get("managedScaling") or {}
    assert isinstance(wanted, dict), "checked against the model"
    scaling = provider.scaling
    if "status" in wanted:
        scaling = replace(scaling, enabled=_is_on("managedScaling.status", wanted["status"]))
    for member, (name, least, most) in _RANGES.items():
        value = wanted.get(member)
        if value is not None and not least <= value <= most:  # U
            raise _refused(f"The managed scaling {member} is invalid: it must be between {least} and {most}.")
        if value is not None:
            scaling = replace(scaling, **{name: value})
    if scaling.minimum_step > scaling.maximum_step:
        raise _refused(
            "The minimum or maximum scaling step size value is invalid. The minimum scaling step size must "
            "be less than or equal to the maximum scaling step size. Specify valid values and try again."  # U
        )
    provider.scaling = scaling
    for member, attribute in (("managedTerminationProtection", "protects"), ("managedDraining", "drains")):
        if member in given:
            setattr(provider, attribute, _is_on(member, given[member]))
    _check_protection(provider, group)


def _check_protection(provider: Provider, group: Group | None) -> None:
    start = (
        "The managed termination protection setting for the capacity provider is invalid. To enable managed "
    )
    if provider.protects and not provider.scaling.enabled:  # U
        raise _refused(
            f"{start}termination protection for a capacity provider, you must enable managed scaling."
        )
    if provider.protects and group and not group.protects_new:
        raise _refused(
            f"{start}termination protection for a capacity provider, the Auto Scaling group must have "
            "instance protection from scale in enabled."
        )


def _is_on(member: str, value: object) -> bool:
    if value not in ("ENABLED", "DISABLED"):  # U
        raise AwsError("InvalidParameterException", f"{member} should be one of [ENABLED,DISABLED]")
    return value == "ENABLED"


def _group(region: str, arn: str) -> Group:
    """The group of this ARN, or of this name, which the API takes as well."""
    group = next(
        (each for each in groups.of(region).groups.values() if arn in (each.arn, each.name)), None
    )
    if group is None or group.deleting:  # U
        raise _refused(
            "The specified Auto Scaling group ARN is not valid. Specify a valid ARN and try again."
        )
    if any(facts.providers_of(region, group)):  # U
        raise _refused(
            "The specified Auto Scaling group ARN is already being used by another capacity provider. "
            "Specify a unique Auto Scaling group ARN and try again."
        )
    return group


def _named(identifier: str, caller: Caller) -> Provider | ManagedProvider:
    """The ACTIVE provider that an operation changes."""
    name = name_in("capacity-provider", identifier, caller)
    if name in FARGATE:  # U
        raise _refused(f"The specified capacity provider {name} is reserved and cannot be changed.")
    provider = state.of(caller.region).providers.get(name or "") or managed.find(name, caller)
    if provider is None or provider.status == "INACTIVE":
        raise _refused(
            "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
        )
    if provider.update_status == "DELETE_IN_PROGRESS":
        raise AwsError("UpdateInProgressException", "The specified capacity provider is being deleted.")  # U
    return provider


def in_other_cluster() -> AwsError:
    """A provider with managed scaling is in one cluster at most (developer guide). U: the sentence."""
    return _refused(
        "The specified capacity provider has managed scaling and is associated with another cluster already. "
        "Specify another capacity provider and try again."
    )


def _refused(message: str) -> AwsError:
    return AwsError("ClientException", message)
