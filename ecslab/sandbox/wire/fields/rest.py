"""Requests of a REST API in XML (S3, Route 53) held against the table: query, headers and body."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.model import ListShape, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.fields.table import Member, members
from ecslab.sandbox.wire.fields.verdict import judge
from ecslab.sandbox.wire.service_models import service_model

__all__ = ["check_rest"]

_LARGEST: Final = 1 << 20  # bytes of a body that is looked at
_QUERY: Final = re.compile(r"x-amz-.*|x-id|awsaccesskeyid|signature|expires", re.IGNORECASE)
"""In any address: the signature, and the operation's name."""
_HEADERS: Final = re.compile(
    r"x-amz-(date|content-sha256|security-token|user-agent|decoded-content-length|trailer|te"
    r"|sdk-checksum-algorithm|checksum-.*)"
)
"""In the head of any request: the signature, and what guards the body on its way."""


@dataclass
class _Places:
    """Where an operation's members stand; `prefixes` are of headers whose names a map holds."""

    query: dict[str, Member] = field(default_factory=dict)
    headers: dict[str, Member] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    body: dict[str, Member] = field(default_factory=dict)


def check_rest(request: HttpRequest, service: str, operation: str) -> None:
    """Refuse a request that names what the table refuses, or what it does not know.

    Args:
        service: by boto3's name.

    Raises:
        AwsError: one plain sentence.
    """
    places = _places(service, operation)
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if name in places.query or not _QUERY.fullmatch(name):
            judge(service, name, places.query.get(name), value)
    for name, value in request.headers.items():
        if name in places.headers:
            judge(service, name, places.headers[name], value)
        elif name[:6] == "x-amz-" and not (name.startswith(places.prefixes) or _HEADERS.fullmatch(name)):
            judge(service, name, None, value)
    if places.body and request.body and len(request.body) <= _LARGEST:
        try:
            root = ElementTree.fromstring(bytes(request.body))
        except ElementTree.ParseError:
            return  # which the operation says itself
        _check_xml(places.body, root, "", service)


def _check_xml(known: Mapping[str, Member], element: ElementTree.Element, path: str, service: str) -> None:
    tags = {str(each.shape.serialization.get("name", name)): each for name, each in known.items()}
    for child in element:
        name = child.tag.rpartition("}")[2]
        member, here = tags.get(name), f"{path}{name}"
        judge(service, here, member, (child.text or "").strip() or (len(child) or None))
        if member and member.inside:
            for structure in _structures(member.shape, child):
                _check_xml(member.inside, structure, f"{here}.", service)


def _structures(shape: Shape, element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The elements that hold a member's structures: itself, or its items."""
    if isinstance(shape, ListShape) and not shape.serialization.get("flattened"):
        for item in element:
            yield from _structures(shape.member, item)
    else:
        yield element


@cache
def _places(service: str, operation: str) -> _Places:
    model = service_model(service)
    shape = model.operation_model(operation).input_shape if model else None
    places = _Places()
    if model is None or shape is None:
        return places
    uri = str(model.operation_model(operation).http.get("requestUri", ""))
    for name, _ in parse_qsl(uri.partition("?")[2], keep_blank_values=True):
        places.query[name] = Member("acts", shape)
    for name, member in members(service, operation).items():
        where = member.shape.serialization.get("location")
        wire_name = str(member.shape.serialization.get("name", name))
        if where == "querystring":
            places.query[wire_name] = member
        elif where == "header":
            places.headers[wire_name.lower()] = member
        elif where == "headers":
            places.prefixes = (*places.prefixes, wire_name.lower())
        elif where is None:
            places.body[name] = member
    payload = shape.serialization.get("payload")
    if payload:
        held = places.body.get(payload)
        places.body = held.inside if held and isinstance(held.shape, StructureShape) else {}
    return places
