"""How often `Any` stands in a package, by its name or by another one (`Facts = dict[str, Any]`)."""

import ast
import contextlib
import functools
from collections.abc import Iterator

from tests.house.imports import absolute
from tests.house.source import Module, Package

Names = dict[str, set[str]]
"""Module: the names in it that stand for a type with `Any` in it."""


@functools.cache
def uses(package: Package) -> dict[str, int]:
    """Module: how often `Any`, or an alias of a type with `Any` in it, is written there."""
    aliases: Names = {module.name: {"Any"} for module in package}
    while sum(_learn(module, aliases) for module in package):
        pass  # an alias may be imported, and be part of another one
    return {each.name: sum(_is_loose(node, aliases[each.name]) for node in _nodes(each)) for each in package}


def _learn(module: Module, aliases: Names) -> bool:
    """Add the aliases that this module makes or imports; says whether one was new."""
    names, before = aliases[module.name], len(aliases[module.name])
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            source = absolute(module, node)
            for alias in node.names:
                here = alias.asname or alias.name
                if alias.name != "Any" and alias.name in aliases.get(source, ()):
                    names.add(here)
                inside = aliases.get(f"{source}.{alias.name}", set()) - {"Any"}
                names |= {f"{here}.{name}" for name in inside if "." not in name}
    for name, value in _assigned(module):
        if any(_is_loose(node, names) for node in ast.walk(value)):
            names.add(name)
    return len(names) > before


def _assigned(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Names in the module bound to a type: `Facts = dict[str, Any]`, `Facts: TypeAlias = …`."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            target, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            target, value = node.target.id, node.value
        else:
            continue
        if isinstance(value, ast.Subscript | ast.BinOp) and target[0].isupper() and not target.isupper():
            yield target, value


def _is_loose(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id in names
    return isinstance(node, ast.Attribute) and ast.unparse(node) in names


def _nodes(module: Module) -> Iterator[ast.AST]:
    """Every node, those of annotations in quotes too."""
    for node in ast.walk(module.tree):
        yield node
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            for part in ast.walk(annotation) if annotation else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from _quoted(part.value)


def _quoted(text: str) -> Iterator[ast.AST]:
    """The nodes of a type in quotes; none for a value of a `Literal` that is no Python."""
    with contextlib.suppress(SyntaxError):
        yield from ast.walk(ast.parse(text, mode="eval"))
