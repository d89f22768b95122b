"""A request held against the table: what the sandbox refuses of it, and what it does not know of it.

Values are not judged here: one of the wrong type is passed by, as the operation refuses it itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from botocore.model import ListShape, MapShape, Shape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.fields.form import check_form
from ecslab.sandbox.wire.fields.rest import check_rest
from ecslab.sandbox.wire.fields.table import Member, members
from ecslab.sandbox.wire.fields.verdict import judge
from ecslab.sandbox.wire.malformed import json_object
from ecslab.sandbox.wire.service_models import rest_operation, service_model

__all__ = ["check"]

_TABLES: Final = frozenset(path.stem for path in Path(__file__).parent.glob("*.toml"))


def check(request: HttpRequest, service: str, operation: str) -> None:
    """Refuse a request that names what the table refuses, or what it does not know.

    Args:
        service: by boto3's name.

    Raises:
        AwsError: one plain sentence.
    """
    model = service_model(service) if service in _TABLES else None
    if model is None:
        return
    if operation.isupper():  # the method, which stands for the operation where the path names it
        operation = rest_operation(service, request) or operation
    if operation not in model.operation_names:
        return
    if "x-amz-target" in request.headers:
        given = json_object(request.body, layer=service == "ecr")
        _check_structure(members(service, operation), given or {}, "", service)
    elif model.metadata["protocol"] in ("query", "ec2"):
        check_form(request, service, operation)
    elif model.metadata["protocol"] == "rest-xml":
        check_rest(request, service, operation)


def _check_structure(
    known: Mapping[str, Member], given: Mapping[str, object], path: str, service: str
) -> None:
    for name, value in given.items():
        if value is None:
            continue
        member = known.get(name)
        if member is None or member.refusal:
            judge(service, f"{path}{name}", member, value)
        elif member.inside:
            _check_inside(member.shape, member.inside, value, f"{path}{name}.", service)


def _check_inside(shape: Shape, known: Mapping[str, Member], value: object, path: str, service: str) -> None:
    if isinstance(shape, ListShape):
        for item in value if isinstance(value, list) else ():
            _check_inside(shape.member, known, item, path, service)
    elif isinstance(shape, MapShape):
        for item in value.values() if isinstance(value, dict) else ():
            _check_inside(shape.value, known, item, path, service)
    elif isinstance(value, dict):
        _check_structure(known, value, path, service)
