"""What `python -m tests.house` counts, on packages small enough to count by hand."""

import pytest

from tests.house import functions, imports, loose_types
from tests.house.source import Package


@pytest.fixture
def package(tmp_path):
    """Makes a package from files: name, text."""

    def make(**files):
        folder = tmp_path / "house"
        folder.mkdir()
        (folder / "__init__.py").touch()
        for name, text in files.items():
            suffix = ".pyi" if name == "__init__" else ".py"
            (folder / f"{name}{suffix}").write_text(text)
        return Package(folder)

    return make


RINGS = {
    "at the top": ("from house import b", "import house.a"),
    "inside a function": ("from house import b", "def f():\n    from .a import x"),
    "relative": ("from . import b", "from .a import *"),
    "through the root": ("import house\nhouse.b.x()", "from house import a"),
}


@pytest.mark.parametrize("case", RINGS)
def test_a_ring(package, case):
    a, b = RINGS[case]
    assert imports.rings(imports.graph(package(a=a, b=b, c="import house.a"))) == [["house.a", "house.b"]]


def test_a_ring_through_a_name_that_the_root_hands_out_lazily(package):
    root = package(__init__="from .b import x as y", a="import house\nhouse.y()", b="from house import a")
    assert imports.rings(imports.graph(root)) == [["house.a", "house.b"]]


def test_what_only_a_type_checker_reads_is_no_ring(package):
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house import b"
    assert imports.rings(imports.graph(package(a=typed, b="from house import a"))) == []


def test_any_by_another_name_counts(package):
    root = package(
        a="from typing import Any\nFacts = dict[str, Any]\ndef f(x: Facts) -> 'Any': ...",
        b="from house.a import Facts as F\nfrom house import a\nMany = list[F]\nx: Many\ny: a.Facts",
        c="def f(x: int) -> None: ...",
    )
    assert loose_types.uses(root) == {"house": 0, "house.a": 3, "house.b": 3, "house.c": 0}


def test_functions_and_variables(package):
    root = package(a="def f(one):\n    found = 1\n    task = found\n    return task")
    assert list(functions.lengths(root)) == [(4, "house.a.f")]
    assert functions.vague_variables(root)["house.a"] == 2
