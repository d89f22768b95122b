"""AWS's own model of the service that a request is signed for, and the answer to what is not in it.

U: sentences without a source.
"""

from typing import Final
from urllib.parse import parse_qs, parse_qsl

from botocore.model import ServiceModel

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.malformed import unknown_operation
from ecslab.sandbox.world.errors import AwsError

__all__ = ["boto3_name", "form", "form_values", "no_operation", "rest_operation", "service_model"]

_NAMES: Final = {
    "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi",
    "states": "stepfunctions", "email": "ses", "elasticfilesystem": "efs", "aps": "amp",
}  # fmt: skip


def boto3_name(signed_as: str) -> str:
    """What boto3 calls a service, by its signing name."""
    return _NAMES.get(signed_as, signed_as)


def service_model(name: str) -> ServiceModel | None:
    """The model of a service by boto3's name; None if AWS has none of that name."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError, ValidationError
    from moto.core.utils import get_service_model

    try:
        model: ServiceModel = get_service_model(name)
    except (UnknownServiceError, DataNotFoundError, ValidationError):
        return None
    return model


def rest_operation(name: str, request: HttpRequest) -> str | None:
    """The operation that method, path and query ask of a service with a REST API; None if there is none."""
    from moto.core.request import Request
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import HTTPException

    model = service_model(name)
    if model is None or not model.metadata["protocol"].startswith("rest"):
        return None
    url = f"http://127.0.0.1{request.target}"
    try:
        found = get_service_router(name).match(
            Request.from_primitives(request.method, url, {**request.headers, "host": "127.0.0.1"}, b"")
        )
    except HTTPException:
        return None
    return str(found[0].name)


def no_operation(model: ServiceModel, asked: str, request: HttpRequest) -> AwsError:
    """What a service says to a request for an operation that it does not have."""
    protocol = model.metadata["protocol"]
    if protocol not in ("query", "ec2"):
        return unknown_operation(f"There is no operation {asked}.")
    if not form(request).get("Action"):
        return AwsError("MissingAction", "The request must contain the parameter Action")
    if protocol == "ec2":
        return AwsError("InvalidAction", f"The action {asked} is not valid for this web service.")
    version = model.metadata["apiVersion"]
    return AwsError("InvalidAction", f"Could not find operation {asked} for version {version}")


def form(request: HttpRequest) -> dict[str, str]:
    """The parameters of a request to a query service, in query and body."""
    return dict(parse_qsl(_text(request), keep_blank_values=True))


def form_values(request: HttpRequest) -> dict[str, list[str]]:
    """The same with every value of a parameter that stands there twice."""
    return parse_qs(_text(request), keep_blank_values=True)


def _text(request: HttpRequest) -> str:
    return f"{request.query}&{request.body.decode('utf-8', 'replace')}"
