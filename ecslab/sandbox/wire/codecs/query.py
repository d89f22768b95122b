"""Forms and XML, as AWS's query protocol has them, read and written by AWS's model."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.world.errors import AwsError

__all__ = ["answer", "input_of"]

_OF_EVERY_FORM: Final = frozenset({"Action", "Version"})


def input_of(request: HttpRequest, shape: StructureShape | None) -> dict[str, object]:
    """The input that a form stands for; what the model does not know stays as it is.

    Raises:
        AwsError: MalformedInput; a value is not of its type, or the form has more fields than any needs.
    """
    tree: dict[str, object] = {}
    for name, text in parse_qsl(form_text(request), keep_blank_values=True):
        if name not in _OF_EVERY_FORM and not name.startswith("X-Amz-"):
            _put(tree, name.split("."), text)
    return _structure(shape, tree, "") if shape else tree


def answer(operation: OperationModel, output: Mapping[str, object], request_id: str) -> bytes:
    """The output as XML."""
    name, shape = operation.name, operation.output_shape
    result = f"<{name}Result>{''.join(_members(shape, output))}</{name}Result>" if shape else ""
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    namespace = operation.service_model.metadata["xmlNamespace"]
    return f'<{name}Response xmlns="{namespace}">{result}{metadata}</{name}Response>'.encode()


def _put(tree: dict[str, object], path: list[str], value: str) -> None:
    for part in path[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            raise AwsError("MalformedInput", f"{'.'.join(path)[:200]} is a value and a structure.")
        tree = inner
    tree[path[-1]] = value


def _value(shape: Shape, given: object, path: str) -> object:
    if isinstance(shape, StructureShape) and isinstance(given, dict):
        return _structure(shape, given, path)
    if isinstance(shape, ListShape) and isinstance(given, dict):
        items = given.get("member", {})
        if set(given) - {"member"} or not isinstance(items, dict):
            raise _malformed(path, given)
        return [_value(shape.member, items[number], f"{path}.{number}") for number in _ordered(items, path)]
    if isinstance(shape, ListShape) and given == "":
        return []
    if isinstance(shape, StructureShape | ListShape | MapShape):
        raise _malformed(path, given)
    return _scalar(shape, given, path)


def _structure(shape: StructureShape, given: Mapping[str, object], path: str) -> dict[str, object]:
    return {
        name: _value(shape.members[name], each, f"{path}.{name}") if name in shape.members else each
        for name, each in given.items()
    }


def _ordered(items: Mapping[str, object], path: str) -> list[str]:
    if not all(number.isascii() and number.isdecimal() for number in items):
        raise _malformed(path, dict(items))
    return sorted(items, key=int)


def _scalar(shape: Shape, given: object, path: str) -> object:
    if not isinstance(given, str):
        raise _malformed(path, given)
    try:
        if shape.type_name in ("integer", "long"):
            return int(given)
        if shape.type_name in ("float", "double"):
            return float(given)
    except ValueError:
        raise _malformed(path, given) from None
    if shape.type_name == "boolean":
        if given.lower() not in ("true", "false"):
            raise _malformed(path, given)
        return given.lower() == "true"
    return given


def _malformed(path: str, given: object) -> AwsError:
    """U: the sentence."""
    return AwsError("MalformedInput", f"Invalid value '{str(given)[:128]}' for {path.strip('.')[:200]}")


def _members(shape: Shape, value: object) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield f"<{name}>{''.join(_members(member, value[name]))}</{name}>"
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield f"<member>{''.join(_members(shape.member, item))}</member>"
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            inner = "".join(_members(shape.value, item))
            yield f"<entry><key>{escape(key)}</key><value>{inner}</value></entry>"
    else:
        yield _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return escape(str(value))
