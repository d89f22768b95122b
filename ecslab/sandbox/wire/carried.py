"""What the sandbox carries: the services and operations of `carried.toml`. Any other call is refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.wire.malformed import unknown_operation
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.service_models import boto3_name, no_operation, rest_operation, service_model
from ecslab.sandbox.world.errors import AwsError

__all__ = ["CARRIED", "CarriedService", "check", "not_carried"]

_CODES: Final = {
    # protocol: code  U
    "query": "InvalidAction", "ec2": "UnsupportedOperation", "rest-xml": "NotImplemented",
}  # fmt: skip


@dataclass(frozen=True)
class CarriedService:
    """A service and what is carried of it.

    Attributes:
        name: as boto3 calls it.
        signed_as: as signatures call it.
        why: what it is carried for, in words.
        version: of its API, where two services share a signing name.
        only_with: operations that are carried only with one of these parameters of a form.
    """

    name: str
    signed_as: str
    why: str
    operations: frozenset[str]
    version: str = ""
    only_with: Mapping[str, str] = field(default_factory=dict)


def _service(name: str, entry: dict[str, Any]) -> CarriedService:
    return CarriedService(name, **entry | {"operations": frozenset(entry["operations"].split())})


CARRIED: Final = tuple(
    _service(name, entry)
    for name, entry in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
)


def check(request: HttpRequest, signed_as: str) -> str:
    """Refuse a call that is not carried; of one that is, the service by boto3's name.

    Args:
        signed_as: the service, by its signing name.

    Raises:
        AwsError: one plain sentence, or the service's own for an operation that it does not have.
    """
    service = _carried_service(request, signed_as)
    name = service.name if service else boto3_name(signed_as)
    asked = _asked(request, signed_as, name)
    if service and asked in service.operations:
        wanted = service.only_with.get(asked, "").split()
        if wanted and not any(name.split(".")[0] in wanted for name in _form(request)):
            raise not_carried(f"{name}:{asked} without {' or '.join(wanted)}", signed_as)
        return name
    model = service_model(name)
    is_rest = model is not None and model.metadata["protocol"].startswith("rest")
    if model and asked not in model.operation_names and not is_rest:
        raise no_operation(model, asked)
    raise not_carried(f"{name}:{asked}", signed_as)


def not_carried(what: str, signed_as: str) -> AwsError:
    """The refusal, by a code that clients of the service take for what will not go away by trying again."""
    model = service_model(boto3_name(signed_as))
    code = _CODES.get(model.metadata["protocol"] if model else "", "UnknownOperationException")
    return AwsError(code, f"This sandbox does not carry {what} yet.")


def _carried_service(request: HttpRequest, signed_as: str) -> CarriedService | None:
    """Where two services share a signing name, the version of the API tells them apart."""
    services = [service for service in CARRIED if service.signed_as == signed_as]
    if len(services) < 2:
        return services[0] if services else None
    versions = _form(request).get("Version")
    return next((service for service in services if [service.version] == versions), services[0])


def _asked(request: HttpRequest, signed_as: str, name: str) -> str:
    """The operation's name; the method where the service's model has no operation for the path.

    Whoever reads a request that names two operations may carry out either, so such a request is refused.
    """
    asked = operation(signed_as, request).name
    if asked.isupper():
        return rest_operation(name, request) or asked
    named = {asked, *parse_qs(request.query).get("Action", ())}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        named.update(_form(request).get("Action", ()))
    if len(named) > 1:
        raise unknown_operation(f"The request names more than one operation: {', '.join(sorted(named))}.")
    return asked


def _form(request: HttpRequest) -> dict[str, list[str]]:
    return parse_qs(form_text(request), keep_blank_values=True)
