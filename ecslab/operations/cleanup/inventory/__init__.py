"""What a lab has made and is still there: looked for by the ledger's names, taken only by the lab's tag.

A thing that merely has a name of ours is a stranger's, and is left alone. So is what another lab tagged.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.operations.cleanup.inventory import ecs, network, storage
from ecslab.operations.cleanup.inventory.kinds import Found, Known, Thing

__all__ = ["ORDER", "PREPARE", "Found", "Known", "Thing", "families", "look"]

families = ecs.families


def look(lab: Connection, owner: str) -> Found:
    """Look for all of it, in the order in which it can be removed.

    Args:
        lab: from `ecslab.connect()`.
        owner: whose tag counts.
    """
    found, known = Found(), Known(lab)
    for search in (
        ecs.clusters, ecs.definitions, network.balancers, storage.groups_of_logs, network.security_groups,
        storage.repositories, storage.secrets, storage.roles,
    ):  # fmt: skip
        search(lab, known, owner, found)
    kinds = list(ORDER)
    found.ours.sort(key=lambda thing: kinds.index(thing.kind))
    return found


# Services bring tasks back; tasks hold network interfaces, and so do load balancers; interfaces hold security
# groups; listeners hold target groups; roles may be needed to the last.
ORDER: Final[dict[str, Callable[[Connection, Thing], Any]]] = {
    "service": ecs.delete_service,
    "task": ecs.stop,
    "cluster": ecs.delete_cluster,
    "task definition": ecs.deregister,
    "listener": network.delete_listener,
    "load balancer": network.delete_balancer,
    "target group": network.delete_target_group,
    "log group": storage.delete_logs,
    "security group": network.delete_group,
    "repository": storage.delete_repository,
    "secret": storage.delete_secret,
    "role": storage.delete_role,
}
PREPARE: Final[dict[str, Callable[[Connection, Sequence[Thing]], Any]]] = {"security group": network.let_go}
"""What has to be done to all things of a kind before the first of them can go."""
