"""The world imports the standard library and itself, without a circle; imports inside functions count."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import ecslab.sandbox.world

PACKAGE = "ecslab.sandbox.world"
ROOT = Path(ecslab.sandbox.world.__file__).parent


def runtime_imports(path):
    """Modules that a file imports, those for a type checker apart; `from a import b` may mean module a.b."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in [node for node in ast.walk(tree) if isinstance(node, ast.If)]:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = {
    ".".join([PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__"): set(
        runtime_imports(path)
    )
    for path in ROOT.rglob("*.py")
}


def test_it_needs_the_standard_library_only():
    foreign = {
        (module, name) for module, names in IMPORTS.items() for name in names
        if name.partition(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(f"{PACKAGE}.")
    }  # fmt: skip
    assert not foreign


def test_there_is_no_circle():
    own = {module: names & IMPORTS.keys() - {module} for module, names in IMPORTS.items()}
    TopologicalSorter(own).prepare()
