"""What capacity providers see of the account: their groups, the container instances of these, and tasks."""

from collections.abc import Iterator
from contextlib import suppress

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import machines
from ecslab.sandbox.bridge.auto_scaling_groups import state as groups
from ecslab.sandbox.bridge.ec2.machines import known_type
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.auto_scaling_group.group import Group
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.capacity_provider.reservation import Size, additional, reservation
from ecslab.sandbox.world.container_instance import capabilities
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError


def group_of(region: str, provider: Provider) -> Group | None:
    """A provider's group; None if it has been deleted."""
    group = groups.of(region).groups.get(provider.group)
    return group if group and group.arn == provider.group_arn else None


def providers_of(region: str, group: Group) -> Iterator[Provider]:
    """The providers of a group: one, while it is there."""
    for provider in state.of(region).providers.values():
        if provider.group_arn == group.arn and provider.status == "ACTIVE":
            yield provider


def clusters_with(region: str, provider: Provider) -> Iterator[Cluster]:
    """The ACTIVE clusters that a provider is associated with."""
    for cluster in state.of(region).clusters.values():
        if cluster.status == "ACTIVE" and provider.name in cluster.capacity_providers:
            yield cluster


def registered(ec2_id: str) -> ContainerInstance | None:
    """The container instance on an EC2 instance."""
    agents = current_account().agents
    return agents.registered.get(ec2_id) if agents else None


def is_used(instance: ContainerInstance) -> bool:
    """Whether it has a task that is no daemon's."""
    services = current_account().services
    for task_id in instance.tasks:
        membership = services.tasks.get(task_id) if services else None
        if membership is None or not membership.service.daemon:
            return True
    return False


def value_of(region: str, provider: Provider, cluster: Cluster) -> float:
    """CapacityProviderReservation as it is now."""
    group = group_of(region, provider)
    running = group.in_service() if group else []
    in_use = sum(
        instance is not None and is_used(instance) for instance in (registered(each.id) for each in running)
    )
    needs = [each.needs for each in cluster.waiting.values() if each.provider == provider.name]
    more = additional(needs, _sizes(region, group), provider.scaling) if group and needs else 0
    return reservation(len(running), in_use, more)


def _sizes(region: str, group: Group) -> list[Size]:
    """What its instances have for tasks, by type. U: a type is taken as without trunking."""
    types = {each.type for each in group.live()}
    with suppress(AwsError):  # the template is gone: nothing more can be launched from it
        types.add(machines.version_of(region, group.template).instance_type)
    known = [kind for name in sorted(types) if (kind := known_type(name))]
    return [
        Size(
            kind.cpus * 1024,
            capabilities.registered_memory(kind.memory),
            capabilities.task_interfaces(kind.name, kind.interfaces, False),
        )
        for kind in known
    ]
