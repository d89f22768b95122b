"""Does AWS's model, as the sandbox has it, know every member of a request, and is each of its type?

AWS passes over most of what it does not know. Here such a member comes from a client that is newer than the
sandbox: it would do something on AWS, and is refused rather than ignored. U: sentences without a source.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qsl

from botocore import __version__ as KNOWN_BY
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import rest_members
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.wire.malformed import json_object, not_serializable
from ecslab.sandbox.wire.protocol import spoken
from ecslab.sandbox.world.errors import AwsError

_ENVELOPE: Final = re.compile(
    r"Action|Version|X-Amz-.*|AWSAccessKeyId|Signature|SignatureMethod|SignatureVersion|Timestamp|Expires|"
    r"SecurityToken"
)
"""Fields of a form that belong to no operation."""
_CODES: Final = {"ec2": "UnknownParameter", "query": "ValidationError", "rest-xml": "InvalidRequest"}
_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)


class Problem(NamedTuple):
    """A member that does not fit: what is wrong with it, and where it stands."""

    kind: Literal["unknown", "type"]
    path: str
    value: object = None


def check(request: HttpRequest, model: ServiceModel, operation: str) -> None:
    """Refuse a request with a member that nobody knows, or with one of the wrong type.

    Raises:
        AwsError: in one sentence that names the member.
    """
    asked, protocol = model.operation_model(operation), spoken(model)
    if protocol == "json" and "x-amz-target" in request.headers:
        given = json_object(request.body, layer=model.service_name == "ecr")
        found = _in_json(asked.input_shape, given, "") if asked.input_shape and given else iter(())
    elif protocol == "rest-xml":
        found = (Problem("unknown", path) for path in rest_members.unknown(request, asked))
    elif protocol in ("query", "ec2"):
        found = _in_form(request, asked, is_ec2=protocol == "ec2")
    else:
        return
    problem = next(found, None)
    if problem is None:
        return
    if problem.kind == "unknown":
        raise unknown_member(problem.path, operation, _CODES.get(protocol, "ValidationException"))
    if protocol == "json":
        raise not_serializable(f"The value at '{problem.path}' is not of its type.")
    code = "InvalidParameterValue" if protocol == "ec2" else "MalformedInput"
    raise AwsError(code, f"Invalid value '{str(problem.value)[:128]}' for {problem.path}")


def unknown_member(path: str, operation: str, code: str) -> AwsError:
    """The refusal of a member that the model does not have."""
    known = f"it knows what botocore {KNOWN_BY} knows"
    return AwsError(code, f"This sandbox does not know {path[:200]} of {operation}: {known}.")


def _in_json(shape: Shape, given: object, path: str) -> Iterator[Problem]:
    if isinstance(shape, StructureShape) and isinstance(given, dict):
        for name, value in given.items():
            where = f"{path}.{name}".strip(".")
            if name in shape.members:
                yield from _in_json(shape.members[name], value, where) if value is not None else ()
            elif value is not None:
                yield Problem("unknown", where)
    elif isinstance(shape, ListShape) and isinstance(given, list):
        for number, item in enumerate(given, 1):
            yield from _in_json(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(given, dict):
        for key, item in given.items():
            yield from _in_json(shape.value, item, f"{path}.{key[:80]}")
    elif not fits(shape.type_name, given):
        yield Problem("type", path)


def fits(kind: str, given: object) -> bool:
    """Whether a value of JSON can stand for one of that type."""
    if kind == "boolean":
        return isinstance(given, bool)
    if kind in ("integer", "long"):
        return isinstance(given, int) and not isinstance(given, bool)
    if kind in ("float", "double"):
        return isinstance(given, int | float) and not isinstance(given, bool)
    if kind in ("string", "blob"):
        return isinstance(given, str)
    return kind == "timestamp" and not isinstance(given, dict | list | bool)


def _in_form(request: HttpRequest, operation: OperationModel, *, is_ec2: bool) -> Iterator[Problem]:
    for name, value in parse_qsl(form_text(request), keep_blank_values=True):
        if _ENVELOPE.fullmatch(name):
            continue
        shape = operation.input_shape
        known = _member(shape, name.split("."), is_ec2) if shape else None
        if known is None:
            yield Problem("unknown", name)
        elif not _reads_as(known.type_name, value):
            yield Problem("type", name, value)


def _member(shape: Shape, path: list[str], is_ec2: bool) -> Shape | None:
    """What stands at a field's place; None if the model has nothing there."""
    if not path:
        return shape
    first, rest = path[0], path[1:]
    if isinstance(shape, StructureShape):
        member = _members(shape, is_ec2).get(first)
        return _member(member, rest, is_ec2) if member else None
    if isinstance(shape, ListShape):
        if not is_ec2 and not shape.serialization.get("flattened"):
            if first != shape.member.serialization.get("name", "member") or not rest:
                return None
            first, rest = rest[0], rest[1:]
        return _member(shape.member, rest, is_ec2) if _INTEGER.fullmatch(first) else None
    if isinstance(shape, MapShape):
        if not shape.serialization.get("flattened"):
            if first != "entry" or not rest:
                return None
            first, rest = rest[0], rest[1:]
        key_or_value = {shape.key.serialization.get("name", "key"): shape.key,
                        shape.value.serialization.get("name", "value"): shape.value}  # fmt: skip
        inner = key_or_value.get(rest[0]) if rest else None
        return _member(inner, rest[1:], is_ec2) if inner and _INTEGER.fullmatch(first) else None
    return None


@cache
def _members(shape: StructureShape, is_ec2: bool) -> dict[str, Shape]:
    """The members by their names on the wire, as botocore's serializers write them."""
    named = {}
    for name, member in shape.members.items():
        written = member.serialization.get("name", name)
        if is_ec2:
            written = member.serialization.get("queryName", written[:1].upper() + written[1:])
        elif isinstance(member, ListShape) and member.serialization.get("flattened"):
            written = member.member.serialization.get("name", written)
        named[written] = member
    return named


def _reads_as(kind: str, text: str) -> bool:
    if kind in ("integer", "long"):
        return bool(_INTEGER.fullmatch(text))
    if kind == "boolean":
        return text.lower() in ("true", "false", "1", "0")
    if kind in ("float", "double"):
        try:
            float(text)
        except ValueError:
            return False
        return True
    return kind in ("string", "blob", "timestamp") or not text
