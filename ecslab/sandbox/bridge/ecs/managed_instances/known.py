"""Which managed instances there are, of which providers and clusters."""

from collections.abc import Iterator
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import account_settings, state
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance, ManagedProvider

TRUNKS: Final = 9
"""The behaviour from which on they have trunk interfaces, whatever the account's settings."""


def trunking(region: str) -> bool:
    """Whether managed instances get trunk interfaces where their type has them: it is so by default.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html
    """
    account = current_account()
    root = Caller(account.id, region, f"arn:aws:iam::{account.id}:root")
    return account.behaviour >= TRUNKS or account_settings.effective(root, "awsvpcTrunking") == "enabled"


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
