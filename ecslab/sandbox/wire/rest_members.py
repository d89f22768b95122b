"""What a request to a REST API in XML holds that the operation does not know: S3's and Route 53's."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

_LARGE: Final = 1 << 20  # bytes of XML that are looked at
_HEADERS: Final = re.compile(
    r"x-amz-(date|content-sha256|security-token|user-agent|decoded-content-length|trailer|te|api-version|"
    r"sdk-.*|checksum-.*|id-2|request-id|target)"
)
"""Headers that belong to no operation."""
_QUERY: Final = re.compile(r"x-id|X-Amz-.*|AWSAccessKeyId|Signature|Expires", re.IGNORECASE)


def unknown(request: HttpRequest, operation: OperationModel) -> Iterator[str]:
    """Each header, parameter of the query and element of the body that the model does not have.

    Raises:
        AwsError: MalformedXML, where the operation takes XML and the body is none.
    """
    shape = operation.input_shape
    members = dict(shape.members) if isinstance(shape, StructureShape) else {}
    places = [(member.serialization.get("location"), member.serialization.get("name", name).lower())
              for name, member in members.items()]  # fmt: skip
    headers = {name for place, name in places if place == "header"}
    prefixes = tuple(name for place, name in places if place == "headers")
    for name in request.headers:
        known = name in headers or name.startswith(prefixes) or _HEADERS.fullmatch(name)
        if name.startswith("x-amz-") and not known:
            yield name
    fixed = operation.http["requestUri"].partition("?")[2]
    query = {name for place, name in places if place == "querystring"}
    query |= {name.lower() for name, _ in parse_qsl(fixed, keep_blank_values=True)}
    for name, _ in parse_qsl(request.query, keep_blank_values=True):
        if name.lower() not in query and not _QUERY.fullmatch(name):
            yield name
    yield from _in_body(request, shape)


def _in_body(request: HttpRequest, shape: Shape | None) -> Iterator[str]:
    if not isinstance(shape, StructureShape) or not 0 < len(request.body) <= _LARGE:
        return
    payload = shape.serialization.get("payload")
    root = shape.members[payload] if payload else shape
    if not isinstance(root, StructureShape):
        return
    if not payload and not any("location" not in member.serialization for member in root.members.values()):
        return
    yield from _in_element(_parsed(request.body), root, "")


def _parsed(body: bytes) -> ElementTree.Element:
    text = "The XML you provided was not well-formed or did not validate against our published schema"
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise AwsError("MalformedXML", text)
    try:
        return ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError):
        raise AwsError("MalformedXML", text) from None


def _in_element(element: ElementTree.Element, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in element:
            name = _local(child)
            where = f"{path}.{name}".strip(".")
            if name not in members:
                yield where
                continue
            member = members[name]
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                member = member.member
            yield from _in_element(child, member, where)
    elif isinstance(shape, ListShape):
        for child in element:
            yield from _in_element(child, shape.member, f"{path}.{_local(child)}")


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
