"""Whether each member of a request is of the type that AWS's model gives it; moto takes most of any type.

U: sentences without a source.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.wire.malformed import json_object, not_serializable
from ecslab.sandbox.wire.protocol import spoken
from ecslab.sandbox.world.errors import AwsError

_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_LARGE: Final = 1 << 20  # bytes of XML that are looked at
_NO_XML: Final = "The XML you provided was not well-formed or did not validate against our published schema"


def check(request: HttpRequest, model: ServiceModel, operation: str) -> None:
    """Refuse a request with a member of the wrong type, or with a body that is not what it should be.

    Raises:
        AwsError: in one sentence that names the member.
    """
    shape, protocol = model.operation_model(operation).input_shape, spoken(model)
    if shape is None:
        return
    if "x-amz-target" in request.headers:
        given = json_object(request.body, layer=model.service_name == "ecr")
        wrong = next(_in_json(shape, given, ""), None) if given else None
        if wrong is not None:
            raise not_serializable(f"The value at '{wrong}' is not of its type.")
    elif protocol in ("query", "ec2"):
        for name, value in parse_qsl(form_text(request), keep_blank_values=True):
            member = _member(shape, name.split("."), protocol == "ec2")
            if member is not None and not _reads_as(member.type_name, value):
                code = "InvalidParameterValue" if protocol == "ec2" else "MalformedInput"
                raise AwsError(code, f"Invalid value '{value[:128]}' for {name}")
    elif _takes_xml(shape) and 0 < len(request.body) <= _LARGE:
        _check_xml(request.body)


def _takes_xml(shape: StructureShape) -> bool:
    payload = shape.serialization.get("payload")
    if payload:
        return isinstance(shape.members[payload], StructureShape)
    return any("location" not in member.serialization for member in shape.members.values())


def _check_xml(body: bytes) -> None:
    """No entities either: what they stand for could be of any size."""
    try:
        if b"<!DOCTYPE" not in body:
            ElementTree.fromstring(body)
            return
    except (ElementTree.ParseError, ValueError):
        pass
    raise AwsError("MalformedXML", _NO_XML)


def _in_json(shape: Shape, given: object, path: str) -> Iterator[str]:
    """Where a value is of another type."""
    if isinstance(shape, StructureShape) and isinstance(given, dict):
        for name, value in given.items():
            if value is not None and name in shape.members:
                yield from _in_json(shape.members[name], value, f"{path}.{name}".strip("."))
    elif isinstance(shape, ListShape) and isinstance(given, list):
        for number, item in enumerate(given, 1):
            yield from _in_json(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(given, dict):
        for key, item in given.items():
            yield from _in_json(shape.value, item, f"{path}.{key[:80]}")
    elif not fits(shape.type_name, given):
        yield path


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
