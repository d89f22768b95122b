"""The tag `ecslab`: what carries it was made by a lab, and by which."""

from typing import Any, Final

KEY: Final = "ecslab"


def tags(kind: str, owner: str) -> Any:
    """The tag as one service spells it: "ecs" in lower case, "logs" as a dict, the others with capitals."""
    if kind == "logs":
        return {KEY: owner}
    return [{"key": KEY, "value": owner}] if kind == "ecs" else [{"Key": KEY, "Value": owner}]


def owner_in(tagged: Any) -> str | None:
    """Which lab the tags name, in any service's spelling; None: no lab."""
    if isinstance(tagged, dict):
        return tagged.get(KEY)
    for tag in tagged or []:
        if tag.get("key", tag.get("Key")) == KEY:
            return str(tag.get("value", tag.get("Value")))
    return None
