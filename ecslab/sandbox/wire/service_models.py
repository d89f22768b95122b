"""AWS's models of its services: as botocore carries them, each read once, and what is not in them.

U: sentences without a source.
"""

from functools import cache
from typing import Final

from botocore.exceptions import DataNotFoundError, UnknownServiceError, ValidationError
from botocore.model import ServiceModel

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.malformed import unknown_operation
from ecslab.sandbox.world.errors import AwsError

NAMES: Final = {
    # signing name: botocore's, where it is another
    "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi",
    "states": "stepfunctions", "email": "ses",
    "elasticfilesystem": "efs", "aps": "amp",
}  # fmt: skip


def boto3_name(signed_as: str) -> str:
    """What boto3 calls a service, by its signing name."""
    return NAMES.get(signed_as, signed_as)


@cache
def service_model(service: str) -> ServiceModel | None:
    """The model of a service, by its signing name or boto3's; None for one that botocore does not know."""
    from moto.core.utils import get_service_model

    try:
        model: ServiceModel = get_service_model(boto3_name(service))
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
        match = get_service_router(name).match(
            Request.from_primitives(request.method, url, {**request.headers, "host": "127.0.0.1"}, b"")
        )
    except HTTPException:
        return None
    return str(match[0].name)


def no_operation(model: ServiceModel, asked: str) -> AwsError:
    """What a service says to a request for an operation that it does not have.

    Args:
        asked: the operation's name, or the method of a request that names none.
    """
    protocol = model.metadata["protocol"]
    if protocol not in ("query", "ec2"):
        return unknown_operation(f"There is no operation {asked}.")
    if not asked or asked.isupper():
        return AwsError("MissingAction", "The request must contain the parameter Action")
    if protocol == "ec2":
        return AwsError("InvalidAction", f"The action {asked} is not valid for this web service.")
    version = model.metadata["apiVersion"]
    return AwsError("InvalidAction", f"Could not find operation {asked} for version {version}")
