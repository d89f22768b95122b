"""What becomes of each member of a request, nested ones too: it acts, is kept without effect, or is refused.

A TOML file for each service has a section for every operation, for every structure within its input (by the
name of its shape), and `every` for what means the same in all requests of the service:

    [CreateService]
    acts = "cluster serviceName"               what AWS does with it happens here
    kept = "monitoring"                        taken, perhaps shown, and nothing comes of it; so is all within
    refused_in_code = "serviceRegistries"      the operation's own code refuses it, in its own order
    [CreateService.refused]                    refused from here: "This sandbox does not carry … yet."
    gatewayConnectors = "gateways"
    role = { words = "roles", unless = "x" }   except for this value, which changes nothing
    [CreateService.says]                       acts by a refusal, which is always the same
    dryRun = { says = "Code: message", status = 412 }

A section of an operation may go on with a path (`"RunTask.overrides"`), where one place means something else
than the shape elsewhere. What nobody named is no member that the sandbox knows, and is refused as such.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypedDict, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecslab.sandbox.wire.service_models import service_model

__all__ = ["Kind", "Member", "Refusal", "Section", "inner", "members", "refusal_code", "sections"]

Kind = Literal["acts", "kept", "refused"]
EVERY: Final = "every"


@dataclass(slots=True)
class Member:
    """One member of a structure.

    Attributes:
        refusal: what is said to it, where the table refuses; None where nothing or the code does.
        inside: the members of the structure that it holds, be it in a list or a map.
    """

    kind: Kind
    shape: Shape
    refusal: "Refusal | None" = None
    inside: "dict[str, Member]" = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """What is said to a member that is refused.

    Attributes:
        unless: a value that is not refused, besides those that ask for nothing.
    """

    code: str
    message: str
    status: int = 400
    unless: object = None


@dataclass(frozen=True)
class Section:
    """What a section of the table says of the members that it names."""

    kinds: Mapping[str, Kind]
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    twice: tuple[str, ...] = ()


@cache
def sections(service: str) -> dict[str, Section]:
    """The sections of a service's table, by name."""
    table, code = _file(service), refusal_code(service)
    return {name: _section(each, code) for name, each in table.items() if isinstance(each, dict)}


def refusal_code(service: str) -> str:
    """The error code of what the table refuses."""
    return str(_file(service).get("code", ""))


@cache
def members(service: str, operation: str) -> dict[str, Member]:
    """The members of an operation's input that the sandbox knows, by name."""
    model = service_model(service)
    shape = model.operation_model(operation).input_shape if model else None
    return _Tree(service).input_of(operation, shape) if shape else {}


def inner(shape: Shape) -> StructureShape | None:
    """The structure that a member holds, be it in a list or a map."""
    while isinstance(shape, ListShape | MapShape):
        shape = shape.member if isinstance(shape, ListShape) else shape.value
    return shape if isinstance(shape, StructureShape) else None


class _Tree:
    """The members of one operation; equal structures are the same object, so that recursion ends."""

    def __init__(self, service: str) -> None:
        self._sections = sections(service)
        self._made: dict[tuple[str, str], dict[str, Member]] = {}

    def input_of(self, operation: str, shape: StructureShape) -> dict[str, Member]:
        every, own = self._sections.get(EVERY), self._sections.get(operation, _EMPTY)
        if every:
            own = Section({**every.kinds, **own.kinds}, {**every.refusals, **own.refusals})
        return dict(self._members(shape, own, operation))

    def _members(self, shape: StructureShape, section: Section, path: str) -> Iterator[tuple[str, Member]]:
        for name, member in shape.members.items():
            if name in section.kinds:
                kind = section.kinds[name]
                made = Member(kind, member, section.refusals.get(name))
                made.inside = self._inside(member, kind, f"{path}.{name}")
                yield name, made

    def _inside(self, shape: Shape, kind: Kind, path: str) -> dict[str, Member]:
        structure = inner(shape)
        if structure is None:
            return {}
        if kind != "acts":
            section, path = Section(dict.fromkeys(structure.members, kind)), structure.name
        elif path in self._sections:
            section = self._sections[path]
        else:
            path = path if self._goes_on(path) else structure.name
            section = self._sections.get(structure.name, _EMPTY)
        if (path, kind) not in self._made:
            self._made[path, kind] = {}
            self._made[path, kind] |= self._members(structure, section, path)
        return self._made[path, kind]

    def _goes_on(self, path: str) -> bool:
        return any(name.startswith(f"{path}.") for name in self._sections)


_EMPTY: Final = Section({})


class _RefusalEntry(TypedDict, total=False):
    """A refusal in a file, where it is more than the words for what is not carried."""

    words: str
    says: str
    status: int
    unless: str


class _Entry(TypedDict, total=False):
    """An operation, or a member with members of its own, in a file."""

    acts: str
    kept: str
    refused_in_code: str
    refused: dict[str, str | _RefusalEntry]
    says: dict[str, str | _RefusalEntry]


@cache
def _file(service: str) -> dict[str, _Entry]:
    return cast("dict[str, _Entry]", tomllib.loads(_text(service)))


def _text(service: str) -> str:
    file = Path(__file__).with_name(f"{service}.toml")
    return file.read_text("utf-8") if file.exists() else ""


def _section(entry: _Entry, code: str) -> Section:
    refused, says = entry.get("refused", {}), entry.get("says", {})
    named: list[tuple[str, Kind]] = [
        *((name, "acts") for name in (*entry.get("acts", "").split(), *says)),
        *((name, "kept") for name in entry.get("kept", "").split()),
        *((name, "refused") for name in (*entry.get("refused_in_code", "").split(), *refused)),
    ]
    names = [name for name, _ in named]
    refusals = {name: _refusal(each, code) for name, each in {**refused, **says}.items()}
    return Section(dict(named), refusals, tuple(name for name in set(names) if names.count(name) > 1))


def _refusal(entry: str | _RefusalEntry, code: str) -> Refusal:
    about: _RefusalEntry = {"words": entry} if isinstance(entry, str) else entry
    message = f"This sandbox does not carry {about.get('words')} yet."
    if "says" in about:
        code, _, message = about["says"].partition(": ")
    return Refusal(code, message, about.get("status", 400), about.get("unless"))
