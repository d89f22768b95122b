"""Who imports whom inside a package, imports inside functions counted; and the rings among them."""

import ast
import functools
from collections.abc import Iterator

from tests.house.source import Module, Package, is_type_checking

Graph = dict[str, set[str]]


def graph(package: Package) -> Graph:
    """For each module, the modules of the package that it imports at some time.

    `import ecslab` and then `ecslab.task` counts as an import of `ecslab.task`. What only a type checker
    reads does not count.
    """
    return {module.name: set(_imported(package, module)) - {module.name} for module in package}


def rings(edges: Graph) -> list[list[str]]:
    """Groups of modules that reach one another, the largest first (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(edges[name]):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            components.append(sorted(stack[at:]))
            del stack[at:]

    for name in edges:
        if name not in index:
            visit(name)
    return sorted((ring for ring in components if len(ring) > 1), key=len, reverse=True)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node under this one that may run: all but the bodies of `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.If) and is_type_checking(child):
            for other in child.orelse:
                yield from running(other)
        else:
            yield from running(child)


def _imported(package: Package, module: Module) -> Iterator[str]:
    aliases: dict[str, str] = {}
    lazy = _lazy_names(package)
    nodes = list(running(module.tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _known(package, alias.name)
                aliases[alias.asname or package.name] = alias.name if alias.asname else package.name
        elif isinstance(node, ast.ImportFrom):
            source = absolute(module, node)
            for alias in node.names:
                yield from _known(package, f"{source}.{alias.name}", source)
                aliases[alias.asname or alias.name] = f"{source}.{alias.name}"
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = aliases.get(node.value.id, "")
            if owner == package.name and node.attr in lazy:
                yield lazy[node.attr]
            elif f"{owner}.{node.attr}" in package.modules:
                yield f"{owner}.{node.attr}"


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The full name of what `from … import` imports from."""
    if not node.level:
        return node.module or ""
    base = module.package.split(".")
    base = base[: len(base) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


@functools.cache
def _lazy_names(package: Package) -> dict[str, str]:
    """What the package's root hands out on first use, by its stub: name, and the module behind it."""
    stub = package.folder / "__init__.pyi"
    names: dict[str, str] = {}
    for node in ast.parse(stub.read_text(encoding="utf-8")).body if stub.exists() else []:
        if isinstance(node, ast.ImportFrom):
            source = f"{package.name}.{node.module}" if node.module else package.name
            for alias in node.names:
                for module in _known(package, f"{source}.{alias.name}", source):
                    names[alias.asname or alias.name] = module
    return names


def _known(package: Package, *names: str) -> Iterator[str]:
    """The first of the names that is a module of the package."""
    yield from [name for name in names if name in package.modules][:1]
