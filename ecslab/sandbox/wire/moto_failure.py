"""What AWS would have said of a request at which moto failed.

moto takes nearly anything on trust and fails somewhere inside at what AWS refuses at the door. So when it has
failed, the request is held against AWS's own model, and only a request that is well-formed counts as the
sandbox's failure. U: sentences without a source.
"""

import traceback
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import bounds
from ecslab.sandbox.wire.malformed import json_object, not_serializable
from ecslab.sandbox.wire.service_models import boto3_name, no_operation, service_model
from ecslab.sandbox.world.errors import AwsError, BrokenOff

_NULL: Final = (
    "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
)


_NOT_FOUND: Final = {
    # operation: code, message and status, where moto looks for what was named and fails
    "s3:AbortMultipartUpload": ("NoSuchUpload", "The specified upload does not exist.", 404),
    "s3:CompleteMultipartUpload": ("NoSuchUpload", "The specified upload does not exist.", 404),
    "s3:UploadPart": ("NoSuchUpload", "The specified upload does not exist.", 404),
    "s3:UploadPartCopy": ("NoSuchUpload", "The specified upload does not exist.", 404),
    "s3:DeleteObjectTagging": ("NoSuchKey", "The specified key does not exist.", 404),
    "secretsmanager:ListSecretVersionIds": (
        "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400,
    ),
}  # fmt: skip
_CODES: Final = {
    "ec2": "InvalidParameterValue", "query": "ValidationError", "json": "ValidationException",
    "rest-xml": "InvalidRequest",
}  # fmt: skip


def refusal_of_failure(
    request: HttpRequest, service: str, operation: str, failure: Exception
) -> BrokenOff | None:
    """What is said of a failure within moto; None if it did not fail within moto: that is the sandbox's own.

    Args:
        service: by its signing name.
    """
    known = _NOT_FOUND.get(f"{service}:{operation}")
    if known and isinstance(failure, KeyError | AttributeError):
        return BrokenOff(*known)
    if error := explain_failure(request, service, operation, failure):
        return BrokenOff(error.code, error.message, error.status)
    if not _is_of_moto(failure):
        return None
    model = service_model(service)
    code = _CODES.get(model.metadata["protocol"] if model else "", "ValidationException")
    what = f"{type(failure).__name__}: {failure}".strip(": ")
    return BrokenOff(code, f"This sandbox does not carry {operation} with these parameters ({what}).")


def _is_of_moto(failure: Exception) -> bool:
    """Whether the line that failed is moto's, or of a library that moto called."""
    modules = [str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(failure.__traceback__)]
    last = next((name for name in reversed(modules) if name.startswith(("moto.", "ecslab."))), "")
    return last.startswith("moto.")


def explain_failure(
    request: HttpRequest, service: str, operation: str, failure: Exception | None = None
) -> AwsError | None:
    """What is wrong with a request at which moto failed (by `failure`); None if nothing is.

    The models mark few members as required that AWS requires; one that moto looked for in vain is.
    """
    model = service_model(service)
    if model is None:
        return None
    name, protocol = boto3_name(service), model.metadata["protocol"]
    if protocol not in ("json", "query", "ec2"):
        return None
    if operation not in model.operation_names:
        return no_operation(model, operation)
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return None
    if protocol == "json":
        wrong = _wrong_json(shape, json_object(request.body, layer=service == "ecr"), name)
    else:
        wrong = _wrong_form(model.operation_model(operation), shape, _form(request), protocol)
    sought = failure.args[0] if isinstance(failure, KeyError) else None
    if wrong is None and sought in set(_members(shape, frozenset())):
        code = "ValidationException" if protocol == "json" else "ValidationError"
        wrong = AwsError(code, _NULL.format(sought))
    if wrong is None and isinstance(failure, RecursionError):
        return not_serializable("The request is nested too deeply.")
    if wrong is None and isinstance(failure, ValueError | KeyError | IndexError | TypeError):
        wrong = bounds.bad_token(request, service)
    return wrong


def _wrong_json(shape: Shape, given: object, service: str) -> AwsError | None:
    for kind, path in _problems(shape, given, ""):
        if kind == "type":
            return not_serializable(f"The value at '{path}' is not of its type.")
        code = "InvalidParameterException" if service in ("ecr", "logs") else "ValidationException"
        return AwsError(code, _NULL.format(path))
    return None


def _wrong_form(
    operation: OperationModel, shape: Shape, form_values: dict[str, str], protocol: str
) -> AwsError | None:
    """Values are read as moto's parser reads them, which fails at a number that is none."""
    from moto.core.parse import EC2QueryParser, QueryParser

    seen: list[str] = []

    class Noting(EC2QueryParser if protocol == "ec2" else QueryParser):  # type: ignore[misc]
        def _default_handle(self, shape: Shape, values: object, prefix: str = "") -> object:
            seen.append(prefix)
            return super()._default_handle(shape, values, prefix)

    if not form_values.get("Version"):
        return AwsError("MissingParameter", "The request must contain the parameter Version")
    try:
        given = Noting(operation).parse({"values": form_values})
    except (ValueError, TypeError):
        code = "InvalidParameterValue" if protocol == "ec2" else "MalformedInput"
        return AwsError(code, f"Invalid value '{form_values.get(seen[-1])}' for {seen[-1]}")
    problems = _problems(shape, given, "")
    missing = next((path for kind, path in problems if kind == "missing"), None)
    if missing is None:
        return None
    if protocol == "ec2":
        return AwsError("MissingParameter", f"The request must contain the parameter {missing}")
    return AwsError("ValidationError", _NULL.format(missing[0].lower() + missing[1:]))


def _problems(shape: Shape, given: object, path: str) -> Iterator[tuple[str, str]]:
    """What of a value does not fit its shape, as (`type` or `missing`, where), in the model's order."""
    if isinstance(shape, StructureShape):
        if not isinstance(given, dict):
            yield "type", path
            return
        for name in shape.required_members:
            if given.get(name) is None:
                yield "missing", f"{path}.{name}".strip(".")
        for name, member in shape.members.items():
            if given.get(name) is not None:
                yield from _problems(member, given[name], f"{path}.{name}".strip("."))
    elif isinstance(shape, ListShape):
        if not isinstance(given, list):
            yield "type", path
            return
        for number, item in enumerate(given, 1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        if not isinstance(given, dict):
            yield "type", path
            return
        for key, item in given.items():
            yield from _problems(shape.value, item, f"{path}.{key}")
    elif not _fits(shape.type_name, given):
        yield "type", path


def _members(shape: Shape, above: frozenset[str]) -> Iterator[str]:
    """The names of all members within a shape."""
    if shape.name in above:
        return
    for name, member in getattr(shape, "members", {}).items():
        yield name
        inner = getattr(member, "member", member)
        yield from _members(inner, above | {shape.name})


def _fits(kind: str, given: object) -> bool:
    if kind == "boolean":
        return isinstance(given, bool)
    if kind in ("integer", "long"):
        return isinstance(given, int) and not isinstance(given, bool)
    if kind in ("float", "double"):
        return isinstance(given, int | float) and not isinstance(given, bool)
    if kind == "string":
        return isinstance(given, str)
    return not isinstance(given, dict | list)


def _form(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(bounds.form_text(request), keep_blank_values=True))
