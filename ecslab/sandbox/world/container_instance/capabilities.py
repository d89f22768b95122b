"""What an instance registers with: the agent's capabilities, memory, and room for network interfaces.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
"""

from functools import cache
from typing import Any, Final

from ecslab.sandbox.world.texts import tables

USABLE: Final = 0.97
"""Share of its memory that the kernel leaves a machine: 993 of a t2.micro's 1,024 MiB (developer guide).
U: that it is the same of other types."""
OWN: Final = 2
"""Interfaces of an instance that no task gets, with a trunk: its own and the trunk."""


@cache
def _table() -> dict[str, Any]:
    return tables(__file__)


def capabilities() -> tuple[str, ...]:
    """Names of the attributes by which the agent says what it can do."""
    return tuple(_table()["names"].split())


def attributes(
    image: str, kind: str, architecture: str, zone: str, subnet: str, vpc: str
) -> dict[str, str | None]:
    """What the agent announces of an instance with this image and of this type, and what ECS says of it."""
    return dict.fromkeys(capabilities()) | {
        "ecs.ami-id": image,
        "ecs.availability-zone": zone,
        "ecs.cpu-architecture": architecture,
        "ecs.instance-type": kind,
        "ecs.os-family": "LINUX",
        "ecs.os-type": "linux",
        "ecs.subnet-id": subnet,
        "ecs.vpc-id": vpc,
    }


def registered_memory(mebibytes: int, reserved: int = 0) -> int:
    """MiB that tasks may have, of an instance of so many; `reserved` is `ECS_RESERVED_MEMORY`."""
    return max(int(mebibytes * USABLE) - reserved, 0)


def has_trunk(instance_type: str, trunking: bool) -> bool:
    """Whether an instance gets a trunk interface, by its type and by `awsvpcTrunking` when it registers."""
    family, _, size = instance_type.partition(".")
    return trunking and family in _table()["trunking"].split() and size in _table()["trunk_interfaces"]


def task_interfaces(instance_type: str, limit: int, trunking: bool) -> int:
    """How many tasks with an interface of their own an instance takes.

    Args:
        limit: interfaces that an instance of this type has.
        trunking: whether `awsvpcTrunking` was on when it registered.
    """
    if has_trunk(instance_type, trunking):
        return int(_table()["trunk_interfaces"][instance_type.partition(".")[2]]) - OWN
    return limit - 1
