"""Which managed instances there are, of which providers and clusters."""

from collections.abc import Iterator

from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance, ManagedProvider


def providers_of(region: str, cluster: Cluster) -> Iterator[ManagedProvider]:
    """The providers of a cluster that are not INACTIVE."""
    for provider in state.of(region).managed_providers.values():
        if provider.cluster == cluster.name and provider.status != "INACTIVE":
            yield provider


def instances_of(region: str, cluster: str, provider: str | None = None) -> Iterator[ManagedInstance]:
    """The instances that were launched for a cluster, or for one of its providers."""
    for managed in state.of(region).managed_instances.values():
        if managed.cluster == cluster and provider in (None, managed.provider):
            yield managed


def managed_instance(region: str, ec2_id: str) -> ManagedInstance | None:
    """The EC2 instance of this id, if ECS manages it."""
    return state.of(region).managed_instances.get(ec2_id)


def is_managed(region: str, name: object) -> bool:
    """Whether a capacity provider's name is that of one with managed instances."""
    return name in state.of(region).managed_providers
