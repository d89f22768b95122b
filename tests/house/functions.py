"""How long functions are, and what variables are called."""

import ast
from collections.abc import Iterator

from tests.house.source import Module, Package

VAGUE = frozenset({"one", "found", "kept", "there", "said", "heard", "crew", "hands", "ways"})
"""Names that tell how a thing was got, not what it is."""


def lengths(package: Package) -> Iterator[tuple[int, str]]:
    """Lines of each function, docstring included, with its name."""
    for module in package:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{module.name}.{node.name}"


def vague_variables(package: Package) -> dict[str, int]:
    """Module: how often a variable or a parameter in it gets a name that says nothing."""
    return {module.name: sum(name in VAGUE for name in _bound(module)) for module in package}


def _bound(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
