"""The table held against AWS's models: every member of every request, with its class or without one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from botocore.model import StructureShape

from ecslab.sandbox.wire.carried import CarriedService
from ecslab.sandbox.wire.fields.table import EVERY, Kind, Member, inner, members, sections
from ecslab.sandbox.wire.service_models import service_model

__all__ = ["Field", "fields", "problems"]


@dataclass(frozen=True)
class Field:
    """A member of a request, by where it stands (`overrides.containerOverrides.name`).

    Attributes:
        kind: its class; None if the table has none for it.
        is_top: whether nothing above it has the same class: what a list of names needs to say.
    """

    service: str
    operation: str
    path: str
    kind: Kind | None
    is_top: bool


def fields(service: CarriedService) -> Iterator[Field]:
    """Every member of every request to a service; a structure within itself is looked at once."""
    model = service_model(service.name)
    for operation in sorted(service.operations):
        shape = model.operation_model(operation).input_shape if model else None
        if shape:
            known = members(service.name, operation)
            for path, member, above in _walk(shape, known, "", None, (shape.name,)):
                kind = member.kind if member else None
                yield Field(service.name, operation, path, kind, kind != above)


def _walk(
    shape: StructureShape, known: Mapping[str, Member], path: str, above: Kind | None, within: tuple[str, ...]
) -> Iterator[tuple[str, Member | None, Kind | None]]:
    for name, each in shape.members.items():
        member, here = known.get(name), f"{path}.{name}".strip(".")
        yield here, member, above
        structure = inner(each)
        if structure and structure.name not in within:
            inside = member.inside if member else {}
            kind = member.kind if member else None
            yield from _walk(structure, inside, here, kind, (*within, structure.name))


def problems(service: CarriedService) -> Iterator[str]:
    """What of a table does not fit the model, in words."""
    for each in fields(service):
        if each.kind is None:
            yield f"{each.operation}.{each.path} has no class"
    shapes = dict(_shapes(service))
    for name, section in sections(service.name).items():
        yield from (f"{name}.{member} has two classes" for member in section.twice)
        if name == EVERY:
            named = {member for each in service.operations for member in _input(service, each)}
        elif name in shapes:
            named = set(shapes[name])
        else:
            yield f"{name} is no operation, and no structure of which something acts"
            continue
        yield from (f"{name}.{member} is no member" for member in sorted(section.kinds.keys() - named))


def _input(service: CarriedService, operation: str) -> Mapping[str, object]:
    model = service_model(service.name)
    shape = model.operation_model(operation).input_shape if model else None
    return shape.members if shape else {}


def _shapes(service: CarriedService) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The sections that may be: operations, and structures of which something may act, also by their path."""
    for operation in service.operations:
        yield operation, _input(service, operation)
        yield from _acting(members(service.name, operation), operation, ())


def _acting(
    known: Mapping[str, Member], path: str, within: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, member in known.items():
        structure = inner(member.shape)
        if structure and member.kind == "acts" and structure.name not in within:
            yield structure.name, structure.members
            yield f"{path}.{name}", structure.members
            yield from _acting(member.inside, f"{path}.{name}", (*within, structure.name))
