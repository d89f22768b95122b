"""What import-linter cannot see: imports by name."""

import ast
from pathlib import Path

from tests.house.imports import absolute, running
from tests.house.source import Package

PACKAGE = Package(Path(__file__).parents[2] / "ecslab")
BY_NAME = {
    "ecslab.course.catalogue": "a stage is found by being there",
    "ecslab.fault_lab.catalogue": "a fault is found by being there",
    "ecslab.sandbox.snapshot.names": "a snapshot names classes of the sandbox and moto, and none but those",
}
"""Modules that import one of ours by a name worked out at run time, and why."""


def test_nothing_is_imported_by_name_behind_its_back():
    by_name = {
        module.name
        for module in PACKAGE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _imports_by_name(node) and not _names_another_package(node)
    }
    assert by_name == BY_NAME.keys()


def test_the_learners_names_are_for_learners():
    """`ecslab.task` from inside the package would be an import that no contract sees."""
    asking = [module.name for module in PACKAGE for node in running(module.tree) if _asks_root(module, node)]
    assert asking == []


def _imports_by_name(call):
    return ast.unparse(call.func).rpartition(".")[2] in {"import_module", "__import__"}


def _names_another_package(call):
    """Whether what is imported is written out, and is not ours."""
    name = call.args[0]
    if isinstance(name, ast.Constant):
        return not name.value.startswith((".", "ecslab"))
    return False


def _asks_root(module, node):
    """Whether a statement takes something from `ecslab` itself that is no module of it."""
    if isinstance(node, ast.Import):
        return any(alias.name == "ecslab" for alias in node.names)
    if isinstance(node, ast.ImportFrom) and absolute(module, node) == "ecslab":
        return any(
            f"ecslab.{alias.name}" not in PACKAGE.modules and not alias.name.startswith("__")
            for alias in node.names
        )
    return False
