"""Requests that AWS would accept, and sensible values by the name of a member: `recipes.toml`."""

import tomllib
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("recipes.toml").read_text("utf-8"))
SENSIBLE: dict[str, list[Any]] = _TABLE.pop("sensible")
RECIPES: dict[str, list[dict[str, Any]]] = {
    f"{service}:{operation}": recipes if isinstance(recipes, list) else [recipes]
    for service, operations in _TABLE.items()
    for operation, recipes in operations.items()
}
