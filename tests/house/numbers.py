"""The table: what is counted, how, and what it should come to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.house import functions, imports, loose_types, recipes
from tests.house.source import Package

BRIDGE: Final = "ecslab.sandbox.bridge"
"""Where moto's own objects come in, which have no types."""


@dataclass(frozen=True)
class Row:
    """One number.

    Attributes:
        what: what is counted.
        count: the number for a package; None where it means nothing for it.
        aim: the most that it should be.
        wall: whether more than that fails `make lint`.
    """

    what: str
    count: Callable[[Package], int | None]
    aim: int
    wall: bool = False


def _rings(package: Package) -> int:
    return len(imports.rings(imports.graph(package)))


def _largest_ring(package: Package) -> int:
    return max((len(ring) for ring in imports.rings(imports.graph(package))), default=0)


def _loose_in_bridge(package: Package) -> int | None:
    if package.name != "ecslab":
        return None
    return sum(count for name, count in loose_types.uses(package).items() if name.startswith(BRIDGE))


def _loose_elsewhere(package: Package) -> int:
    return sum(count for name, count in loose_types.uses(package).items() if not name.startswith(BRIDGE))


def _files_of(recipe: str) -> Callable[[Package], int | None]:
    return lambda package: recipes.files_to_touch(recipe) if package.name == "ecslab" else None


ROWS: Final = (
    Row("import cycles, those inside functions counted", _rings, 0, wall=True),
    Row("modules in the largest of them", _largest_ring, 0, wall=True),
    Row("entries in the root", lambda package: package.entries, 20, wall=True),
    Row("lines of Python", lambda package: package.lines, 40_000),
    Row("Any, aliases counted: bridge to moto", _loose_in_bridge, 300, wall=True),
    Row("Any, aliases counted: elsewhere", _loose_elsewhere, 75, wall=True),
    Row("files to touch for a new stage", _files_of("stage"), 4, wall=True),
    Row("files to touch for a new fault", _files_of("fault"), 2, wall=True),
    Row("files to touch for a new refusal", _files_of("refusal"), 2, wall=True),
    Row("longest function, in lines", lambda package: max(functions.lengths(package))[0], 40, wall=True),
    Row(
        "functions over 40 lines",
        lambda package: sum(n > 40 for n, _ in functions.lengths(package)),
        0,
        wall=True,
    ),
    Row(
        "variables with a name that says nothing",
        lambda p: sum(functions.vague_variables(p).values()),
        40,
        wall=True,
    ),
    Row("private modules in the root", lambda package: package.private_in_root, 0, wall=True),
    Row("private modules", lambda package: len(package.private), 0, wall=True),
)
