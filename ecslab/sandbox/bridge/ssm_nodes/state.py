"""What Systems Manager knows of machines outside AWS in a Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html
"""

from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.account import current_account

SERVICE: Final = "ssm.amazonaws.com"
"""Who assumes the role of a managed node."""
ONLINE: Final = "Online"
LOST: Final = "ConnectionLost"


@dataclass(slots=True)
class Activation:
    """Leave for so many machines to register.

    Args:
        role: name of the role that they act under.
        limit: how many may register; `count` did.
        created, expires: epoch seconds.
    """

    id: str
    code: str
    role: str
    limit: int
    created: float
    expires: float
    count: int = 0
    description: str = ""
    instance_name: str = ""
    tags: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Node:
    """A machine that registered: its id is `mi-` and 17 hexadecimal digits.

    Args:
        role: name of the role that it acts under.
        cpus, memory: vCPUs, and MiB.
        cluster: the ECS cluster that its container agent is told of.
        tags: the activation's at first (API_CreateActivation, Tags).
        seen: epoch second at which its agents last were heard of.
    """

    id: str
    region: str
    activation: str
    role: str
    name: str
    cpus: int
    memory: int
    architecture: str
    cluster: str
    registered: float
    seen: float
    status: str = ONLINE
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RegionNodes:
    """Activations and nodes by id."""

    activations: dict[str, Activation] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)


def of(region: str) -> RegionNodes:
    """What there is in a Region, in the account that answers now."""
    return current_account().managed_nodes.setdefault(region, RegionNodes())


def find(region: str, node_id: str) -> Node | None:
    """The node with this id."""
    regions = current_account().managed_nodes
    return regions[region].nodes.get(node_id) if region in regions else None
