"""Which custom attributes an instance can have (API_Attribute)."""

import re
from collections.abc import Collection
from typing import Final

TRUNK: Final = "ecs.awsvpc-trunk-id"
"""What ECS gives an instance with a trunk interface (developer guide, container-instance-eni)."""
RESERVED: Final = ("ecs.", "com.amazonaws.ecs.")
"""How the names begin that ECS and its agent give; U: that nobody else may."""
_NAME: Final = re.compile(r"[A-Za-z0-9\-_./\\]{1,128}")
_VALUE: Final = re.compile(r"[A-Za-z0-9\-_.@:/\\ ]{1,128}")


def problem(name: str, value: str | None) -> str | None:
    """Why there can be no such attribute; None if there can. U: the sentences."""
    if not _NAME.fullmatch(name):
        return f"Invalid attribute name: {name}"
    if value is not None and (not _VALUE.fullmatch(value) or value != value.strip()):
        return f"Invalid attribute value: {value}"
    return None


def reserved(name: str, built_in: Collection[str] = ()) -> bool:
    """Whether an attribute is ECS's own, or one of those that an instance registered with."""
    return name in built_in or name.lower().startswith(RESERVED)
