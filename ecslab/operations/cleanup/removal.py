"""The kinds of resource that a clean-up removes: one row each, in the order in which they go.

What the ledger needs to know of a kind is in `connection/resource_kinds.py`, in a row of the same name; what
resources cost is in `operations/prices.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.operations.cleanup.inventory import ecs, network, storage
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey


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
    remove: Callable[[Connection, Resource], None]
    prepare: Callable[[Connection, Sequence[Resource]], None] | None = None
    settle: Callable[[Connection, Sequence[Resource]], None] | None = None


# Services bring tasks back; tasks hold network interfaces, and so do load balancers; interfaces hold security
# groups; listeners hold target groups; roles may be needed to the last.
REMOVALS: Final = (
    Removal("service", ecs.services, ecs.delete_service),
    Removal("task", ecs.tasks, ecs.stop_task, settle=ecs.wait_until_stopped),
    Removal("cluster", ecs.clusters, ecs.delete_cluster),
    Removal("task definition", ecs.task_definitions, ecs.deregister),
    Removal("listener", network.listeners, network.delete_listener),
    Removal("load balancer", network.load_balancers, network.delete_load_balancer),
    Removal("target group", network.target_groups, network.delete_target_group),
    Removal("log group", storage.log_groups, storage.delete_log_group),
    Removal("security group", network.security_groups, network.delete_security_group,
            prepare=network.revoke_rules_between_groups),
    Removal("repository", storage.repositories, storage.delete_repository),
    Removal("secret", storage.secrets, storage.delete_secret),
    Removal("role", storage.roles, storage.delete_role),
)  # fmt: skip
