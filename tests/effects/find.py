"""Finds, for each member that is said to act, an experiment in which it does."""

import copy
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecslab.sandbox.wire.carried import CarriedService
from ecslab.sandbox.wire.fields.table import EVERY, Member, inner, sections
from tests.effects.difference import first_difference
from tests.effects.world import World
from tests.fuzz.recipes import RECIPES, SENSIBLE

NOTHING = object()
"""The member is left out."""
_NO_EVIDENCE = ("SerializationException", "This sandbox ")
"""Refusals that say nothing of the member: it was of a wrong type, or the sandbox's own."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Experiment:
    """How a member was seen to act.

    Attributes:
        request: which of the operation's requests.
        path: the place in it that is changed; `attempt` is which of the candidates for it is put there.
        seen: where the outcomes differ.
    """

    operation: str
    request: int
    path: Path
    attempt: int
    seen: str

    def __str__(self) -> str:
        return f"{self.operation} {self.request} {'.'.join(map(str, self.path))} {self.attempt}: {self.seen}"

    @staticmethod
    def read(text: str) -> "Experiment":
        about, _, seen = text.partition(": ")
        operation, request, path, attempt = about.split()
        parts = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
        return Experiment(operation, int(request), parts, int(attempt), seen)


def own_file(service: str) -> dict[str, Any]:
    """What is said of a service's experiments: `requests`, `values`, `shown`, `elsewhere`."""
    file = File(__file__).parent / "requests" / f"{service}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def requests(service: str) -> dict[str, list[dict[str, Any]]]:
    """Requests by operation, as `{input, then}`: this folder's own, and those of the fuzz run."""
    found_requests = {name: list(rows) for name, rows in own_file(service).get("requests", {}).items()}
    for name, recipes in RECIPES.items():
        if name.partition(":")[0] == service:
            rows = found_requests.setdefault(name.partition(":")[2], [])
            rows.extend({"input": recipe} for recipe in recipes)
    return found_requests


def section_of(service: str, operation: str, name: str) -> str:
    """The section in which the table speaks of a member of an operation's input."""
    every, own = sections(service).get(EVERY), sections(service).get(operation)
    return EVERY if every and name in every.kinds and not (own and name in own.kinds) else operation


def wanted(service: CarriedService) -> list[str]:
    """The members that are said to act, as `section.member`."""
    return [f"{name}.{member}" for name, each in sections(service.name).items()
            for member, kind in each.kinds.items() if kind == "acts"]  # fmt: skip


def places(
    service: str, operation: str, known: dict[str, Member], request: dict[str, Any], path: Path, section: str
) -> Iterator[tuple[str, Path, Shape, Any]]:
    """Each member that a request holds or could hold: `section.member`, where, its shape, its value."""
    for name, member in known.items():
        if member.kind != "acts":
            continue
        here = section_of(service, operation, name) if not path else section
        value = request.get(name, NOTHING)
        yield f"{here}.{name}", (*path, name), member.shape, value
        structure = inner(member.shape)
        if structure and member.inside and value is not NOTHING:
            for where, structure_value in _structures(member.shape, value, (*path, name)):
                yield from places(service, operation, member.inside, structure_value, where, structure.name)


def _structures(shape: Shape, value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield path, value
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _structures(shape.member, item, (*path, number))
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from _structures(shape.value, item, (*path, key))


def candidates(name: str, shape: Shape, value: Any, extra: list[Any]) -> Iterator[Any]:
    """What a member may be changed to."""
    yield from (each for each in extra if each != value)
    if value is not NOTHING:
        yield NOTHING
        yield from _other(shape, value)
    else:
        yield from _first(name, shape)


def _other(shape: Shape, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value * 2, 1)
    elif isinstance(value, str):
        words = getattr(shape, "enum", None)
        yield from (word for word in words or () if word != value)
        if not words:
            yield from (f"{int(value) + 1}",) if value.isdecimal() else (f"{value}-x", "other")
    elif isinstance(value, list):
        yield from (value[:-1], [*_each_other(shape, value)]) if value else ()
    elif isinstance(value, dict) and isinstance(shape, MapShape):
        yield {f"{key}-x": item for key, item in value.items()}


def _each_other(shape: Shape, value: list[Any]) -> Iterator[Any]:
    for item in value:
        yield next(_other(shape.member, item), item) if isinstance(shape, ListShape) else item


def _first(name: str, shape: Shape) -> Iterator[Any]:
    if isinstance(shape, ListShape):
        yield from ([each] for each in _first(name.removesuffix("s"), shape.member))
    elif isinstance(shape, MapShape):
        yield from ({"by": each} for each in _first(name, shape.value))
    elif isinstance(shape, StructureShape):
        return
    elif shape.type_name == "boolean":
        yield from (True, False)
    elif shape.type_name in ("integer", "long"):
        yield from (*SENSIBLE.get(name.lower(), ()), 1, 2, 5, 60)
    elif shape.type_name == "timestamp":
        yield from (1, 4_000_000_000)
    elif shape.type_name == "string":
        yield from getattr(shape, "enum", None) or (*SENSIBLE.get(name.lower(), ()), "other", "/other/", "1")


def changed(original: dict[str, Any], path: Path, to: Any) -> dict[str, Any]:
    """The request with another value at one place."""
    request = copy.deepcopy(original)
    parent: Any = request
    for part in path[:-1]:
        parent = parent[part]
    if to is NOTHING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = to
    return request


def effect(
    world: World, call: str, request: dict[str, Any], then: list[Any], path: Path, to: Any, may_show: bool,
    before: dict[str, Any], only: str = "",
) -> str | None:  # fmt: skip
    """Where an effect of the change is seen."""
    after = world.outcome(call, changed(request, path, to), then, only)
    refused = after["itself"].get("refused", "")
    if to is NOTHING and ("missing" in refused.lower() or "null" in refused or "required" in refused):
        return None
    if refused.startswith("failed:") or "InternalFailure" in str(after):
        if "KeyError" not in refused and "Invalid timestamp" not in refused:
            sys.stderr.write(f"  FAILS {call} {path} {to!r}: {refused or str(after)[:2000]}\n")
        return None
    if any(words in refused for words in _NO_EVIDENCE):
        return None
    return first_difference(before, after, str(path[-1]), may_show)
