"""A package as its source: every module of it, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """One file of Python."""

    name: str  # ecslab.sandbox.world
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def package(self) -> str:
        """The package that its relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


class Package:
    """All modules of one package, by name."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.modules = {module.name: module for module in _modules(folder)}

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def entries(self) -> int:
        """Files and folders in the package's root."""
        return sum(path.name != "__pycache__" for path in self.folder.iterdir())

    @property
    def lines(self) -> int:
        return sum(len(module.text.splitlines()) for module in self)

    @property
    def private(self) -> list[str]:
        """Modules and packages whose name begins with one underscore."""
        last = [name.rpartition(".")[2] for name in self.modules]
        return [name for name in last if name.startswith("_") and not name.startswith("__")]

    @property
    def private_in_root(self) -> int:
        """Files and folders of the root whose name begins with one underscore."""
        names = {path.stem for path in self.folder.iterdir()}
        return sum(name.startswith("_") and not name.startswith("__") for name in names)


def _modules(folder: Path) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        words = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(words[:-1] if words[-1] == "__init__" else words)
        yield Module(name, path, path.read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"
