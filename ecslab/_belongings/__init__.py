"""What a lab has made and is still there: looked for by the ledger's names, taken only by the lab's tag.

A thing that merely has a name of ours is a stranger's, and is left alone. So is what another lab tagged.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from ecslab.lab import Lab

from . import _ecs, _kept, _network
from ._kinds import Found, Known, Thing

__all__ = ["ORDER", "PREPARE", "Found", "Known", "Thing", "families", "look"]

families = _ecs.families


def look(lab: Lab, owner: str) -> Found:
    """Look for all of it, in the order in which it can be removed.

    Args:
        lab: from `ecslab.connect()`.
        owner: whose tag counts.
    """
    found, known = Found(), Known(lab)
    for search in (
        _ecs.clusters, _ecs.definitions, _network.balancers, _kept.groups_of_logs, _network.security_groups,
        _kept.repositories, _kept.secrets, _kept.roles,
    ):  # fmt: skip
        search(lab, known, owner, found)
    kinds = list(ORDER)
    found.ours.sort(key=lambda thing: kinds.index(thing.kind))
    return found


# Services bring tasks back; tasks hold network interfaces, and so do load balancers; interfaces hold security
# groups; listeners hold target groups; roles may be needed to the last.
ORDER: Final[dict[str, Callable[[Lab, Thing], Any]]] = {
    "service": _ecs.delete_service,
    "task": _ecs.stop,
    "cluster": _ecs.delete_cluster,
    "task definition": _ecs.deregister,
    "listener": _network.delete_listener,
    "load balancer": _network.delete_balancer,
    "target group": _network.delete_target_group,
    "log group": _kept.delete_logs,
    "security group": _network.delete_group,
    "repository": _kept.delete_repository,
    "secret": _kept.delete_secret,
    "role": _kept.delete_role,
}
PREPARE: Final[dict[str, Callable[[Lab, Sequence[Thing]], Any]]] = {"security group": _network.let_go}
"""What has to be done to all things of a kind before the first of them can go."""
