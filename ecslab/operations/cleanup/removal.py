"""The kinds of resource that a clean-up removes: one row each, in the order in which they go.

What the ledger needs to know of a kind is in `connection/resource_kinds.py`, in a row of the same name; what
resources cost is in `operations/prices.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.operations.cleanup import ending
from ecslab.operations.cleanup.inventory import (
    clusters,
    daemons,
    discovery,
    ecs,
    launching,
    machines,
    network,
    outside,
    providers,
    scaling,
    storage,
)
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources import ecr, log_group, role

Remove = Callable[[Connection, Resource], None]


@dataclass(frozen=True)
class Removal:
    """How resources of one kind go.

    Attributes:
        kind: what a receipt calls it.
        find: gives those that are there, and says of each whether it is ours; what has one of our names but
            not our tag is a stranger's.
        remove: removes one.
        prepare: what has to be done to all of them before the first can go.
        settle: waits until all of them are gone; it raises StillWaiting.
    """

    kind: str
    find: Callable[[Survey], Iterator[Resource]]
    remove: Remove
    prepare: Callable[[Connection, Sequence[Resource]], None] | None = None
    settle: Callable[[Connection, Sequence[Resource]], None] | None = None


def call(service: str, operation: str, parameter: str, **others: object) -> Remove:
    """Remove a resource by one call of boto3's; what is gone already is no error.

    Args:
        service, operation: as boto3 names them.
        parameter: the one that takes the resource's id; `cluster` is given besides where it is in one.
        others: further parameters.
    """

    def remove(lab: Connection, resource: Resource) -> None:
        cluster = {"cluster": resource.cluster} if resource.cluster else {}
        request = {**cluster, parameter: resource.id, **others}
        or_none_if_missing(getattr(lab.client(service), operation), **request)

    return remove


def by_name(delete: Callable[[Connection, str], None]) -> Remove:
    """Remove a resource, and what hangs on it, by a function that takes its name."""
    return lambda lab, resource: delete(lab, resource.id)


# What scales services goes before they do. Services bring tasks back, so they are next; tasks hold network
# interfaces, and so do load balancers; interfaces hold security groups; listeners hold target groups; roles
# may be needed to the last. What makes instances goes before them, and what they are made from after them.
REMOVALS: Final = (
    Removal("scalable target", scaling.targets, scaling.deregister),
    Removal("alarm", scaling.alarms, scaling.delete_alarm),
    # scaled to 0 and deleted, in one call
    Removal("service", ecs.services, call("ecs", "delete_service", "service", force=True)),
    Removal("task", ecs.tasks, call("ecs", "stop_task", "task", reason="cleaned up by ecslab"),
            settle=ecs.wait_until_stopped),
    # they drain the instances of their capacity providers, which can go when no daemon has them
    Removal("daemon", daemons.daemons, daemons.delete_daemon, settle=daemons.wait_until_deleted),
    # off their clusters, so that nothing makes instances any more; before their groups
    Removal("capacity provider", providers.capacity_providers, providers.delete_provider,
            settle=providers.wait_until_deleted),
    # while it can still be told whose machine each is: one whose agent is lost stays registered after its end
    Removal("container instance", machines.container_instances,
            call("ecs", "deregister_container_instance", "containerInstance", force=True)),
    Removal("Auto Scaling group", machines.auto_scaling_groups, ending.delete_group,
            settle=ending.wait_until_groups_are_gone),
    Removal("instance", machines.instances, ending.terminate, settle=ending.wait_until_terminated),
    Removal("managed node", outside.managed_nodes,
            call("ssm", "deregister_managed_instance", "InstanceId")),
    Removal("activation", outside.activations, call("ssm", "delete_activation", "ActivationId")),
    Removal("cluster", clusters.clusters, call("ecs", "delete_cluster", "cluster")),
    Removal("task definition", ecs.task_definitions,
            call("ecs", "deregister_task_definition", "taskDefinition")),
    Removal("daemon task definition", daemons.task_definitions,
            call("ecs", "delete_daemon_task_definition", "daemonTaskDefinition")),
    Removal("launch template", launching.launch_templates,
            call("ec2", "delete_launch_template", "LaunchTemplateId")),
    # their instances leave with the tasks
    Removal("discovery service", discovery.services, discovery.delete_service),
    Removal("namespace", discovery.private_namespaces, discovery.delete_namespace),
    Removal("HTTP namespace", discovery.http_namespaces, discovery.delete_namespace),
    Removal("listener", network.listeners, call("elbv2", "delete_listener", "ListenerArn")),
    Removal("load balancer", network.load_balancers,
            call("elbv2", "delete_load_balancer", "LoadBalancerArn")),
    Removal("target group", network.target_groups, call("elbv2", "delete_target_group", "TargetGroupArn")),
    Removal("log group", storage.log_groups, by_name(log_group.delete)),
    Removal("security group", network.security_groups, call("ec2", "delete_security_group", "GroupId"),
            prepare=network.revoke_rules_between_groups),
    Removal("repository", storage.repositories, by_name(ecr.delete_repository)),
    # at once: else it would stay for 7 to 30 days, and its name with it
    Removal("secret", storage.secrets,
            call("secretsmanager", "delete_secret", "SecretId", ForceDeleteWithoutRecovery=True)),
    Removal("instance profile", launching.instance_profiles, launching.delete_profile),
    Removal("role", storage.roles, by_name(role.delete)),
)  # fmt: skip
