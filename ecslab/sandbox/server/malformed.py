"""Requests that no service could read, and what their service says of them: always a refusal, never a 500.

`check` looks at the outside of every request. moto takes nearly anything on trust and fails somewhere inside
at what AWS refuses at the door; so when it has failed, `blamed` holds the request against AWS's own model,
and only a request that is well-formed counts as the sandbox's failure. U: sentences without a source.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from ecslab.sandbox.server.http import Incoming
from ecslab.sandbox.world.errors import AwsError

ECS_TARGET: Final = "AmazonEC2ContainerServiceV20141113."
NO_OPERATION: Final = ("UnknownOperationException", "InvalidAction", "MissingAction")
LARGE: Final = 1 << 20  # bytes of JSON above which only its ends are looked at: it is a layer part
_JSON: Final = ("application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json")
_NAMES: Final = {
    # signing name: botocore's, where it is another
    "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi",
    "states": "stepfunctions", "email": "ses",
}  # fmt: skip
_NULL: Final = (
    "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
)


def check(request: Incoming, service: str) -> None:
    """Refuse what is not even of the form of a request to `service` (its signing name).

    Raises:
        AwsError: UnknownOperationException, or SerializationException.
    """
    target = request.headers.get("x-amz-target")
    if service == "ecs" and not (target or "").startswith(ECS_TARGET):
        raise _unknown(f"ECS takes X-Amz-Target {ECS_TARGET}<operation>, not {target!r}.")
    if target is None:
        return
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in _JSON:
        raise _unknown(f"The Content-Type is {content!r}; {service} takes application/x-amz-json-1.1.")
    json_object(request.body)


def json_object(body: bytes) -> Any:
    """The object that a JSON body stands for; an empty body stands for an empty one.

    Raises:
        AwsError: SerializationException.
    """
    if len(body) > LARGE:
        if body[:1] + body[-1:] != b"{}":
            raise _cannot("The request body is no JSON object.")
        return None
    try:
        found = json.loads(body or b"{}")
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _cannot("The request body has half of a surrogate pair.") from None
    except RecursionError:
        raise _cannot("The request body is nested too deeply.") from None
    except ValueError:
        raise _cannot("The request body is not JSON.") from None
    if not isinstance(found, dict):
        raise _cannot("Unexpected field type")
    return found


def blamed(
    request: Incoming, service: str, operation: str, failure: Exception | None = None
) -> AwsError | None:
    """What is wrong with a request at which moto failed (by `failure`); None if nothing is.

    The models mark few members as required that AWS requires; one that moto looked for in vain is.
    """
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    name = _NAMES.get(service, service)
    try:
        model = get_service_model(name)
    except UnknownServiceError:
        return None
    protocol = model.metadata["protocol"]
    if protocol not in ("json", "query", "ec2"):
        return None
    if operation not in model.operation_names:
        return _no_operation(protocol, operation, model.metadata["apiVersion"], _form(request))
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return None
    if protocol == "json":
        wrong = _wrong_json(shape, json_object(request.body), name)
    else:
        wrong = _wrong_form(model.operation_model(operation), _form(request), protocol)
    sought = failure.args[0] if isinstance(failure, KeyError) else None
    if wrong is None and sought in set(_members(shape, frozenset())):
        code = "ValidationException" if protocol == "json" else "ValidationError"
        wrong = AwsError(code, _NULL.format(sought))
    return wrong


def _no_operation(protocol: str, operation: str, version: str, form: dict[str, str]) -> AwsError:
    if protocol == "json":
        return _unknown(f"There is no operation {operation}.")
    if not form.get("Action"):
        return AwsError("MissingAction", "The request must contain the parameter Action")
    if protocol == "ec2":
        return AwsError("InvalidAction", f"The action {operation} is not valid for this web service.")
    return AwsError("InvalidAction", f"Could not find operation {operation} for version {version}")


def _wrong_json(shape: Any, given: Any, service: str) -> AwsError | None:
    for kind, path in _problems(shape, given, ""):
        if kind == "type":
            return _cannot(f"The value at '{path}' is not of its type.")
        code = "InvalidParameterException" if service in ("ecr", "logs") else "ValidationException"
        return AwsError(code, _NULL.format(path))
    return None


def _wrong_form(operation: Any, form: dict[str, str], protocol: str) -> AwsError | None:
    """Values are read as moto's parser reads them, which fails at a number that is none."""
    from moto.core.parse import EC2QueryParser, QueryParser

    seen: list[str] = []

    class Noting(EC2QueryParser if protocol == "ec2" else QueryParser):  # type: ignore[misc]
        def _default_handle(self, shape: Any, values: Any, prefix: str = "") -> Any:
            seen.append(prefix)
            return super()._default_handle(shape, values, prefix)

    if not form.get("Version"):
        return AwsError("MissingParameter", "The request must contain the parameter Version")
    try:
        given = Noting(operation).parse({"values": form})
    except (ValueError, TypeError):
        code = "InvalidParameterValue" if protocol == "ec2" else "MalformedInput"
        return AwsError(code, f"Invalid value '{form.get(seen[-1])}' for {seen[-1]}")
    found = _problems(operation.input_shape, given, "")
    missing = next((path for kind, path in found if kind == "missing"), None)
    if missing is None:
        return None
    if protocol == "ec2":
        return AwsError("MissingParameter", f"The request must contain the parameter {missing}")
    return AwsError("ValidationError", _NULL.format(missing[0].lower() + missing[1:]))


def _problems(shape: Any, given: Any, path: str) -> Iterator[tuple[str, str]]:
    """What of a value does not fit its shape, as (`type` or `missing`, where), in the model's order."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(given, dict):
            yield "type", path
            return
        for name in shape.required_members:
            if given.get(name) is None:
                yield "missing", f"{path}.{name}".strip(".")
        for name, member in shape.members.items():
            if given.get(name) is not None:
                yield from _problems(member, given[name], f"{path}.{name}".strip("."))
    elif kind == "list":
        if not isinstance(given, list):
            yield "type", path
            return
        for number, item in enumerate(given, 1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    elif kind == "map":
        if not isinstance(given, dict):
            yield "type", path
            return
        for key, item in given.items():
            yield from _problems(shape.value, item, f"{path}.{key}")
    elif not _fits(kind, given):
        yield "type", path


def _members(shape: Any, above: frozenset[str]) -> Iterator[str]:
    """The names of all members within a shape."""
    if shape.name in above:
        return
    for name, member in getattr(shape, "members", {}).items():
        yield name
        inner = getattr(member, "member", member)
        yield from _members(inner, above | {shape.name})


def _fits(kind: str, given: Any) -> bool:
    if kind == "boolean":
        return isinstance(given, bool)
    if kind in ("integer", "long"):
        return isinstance(given, int) and not isinstance(given, bool)
    if kind in ("float", "double"):
        return isinstance(given, int | float) and not isinstance(given, bool)
    if kind == "string":
        return isinstance(given, str)
    return not isinstance(given, dict | list)


def _form(request: Incoming) -> dict[str, str]:
    text = f"{request.query}&{request.body.decode('utf-8', 'replace')}"
    return dict(parse_qsl(text, keep_blank_values=True))


def _unknown(message: str) -> AwsError:
    return AwsError("UnknownOperationException", message)


def _cannot(message: str) -> AwsError:
    return AwsError("SerializationException", message)
