"""What the sandbox carries: the services and operations of `carried.toml`. Any other call is refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from botocore.model import ServiceModel

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.wire.malformed import unknown_operation
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.service_models import boto3_name, no_operation, rest_operation, service_model
from ecslab.sandbox.world.errors import AwsError

__all__ = ["CARRIED", "CarriedService", "check", "code", "not_carried", "titles"]

_CODES: Final = {
    # protocol: code  U
    "query": "InvalidAction", "ec2": "UnsupportedOperation", "rest-xml": "NotImplemented",
}  # fmt: skip
_FEW: Final = 5  # operations that a refusal names one by one


@dataclass(frozen=True)
class CarriedService:
    """A service and what is carried of it.

    Attributes:
        name: as boto3 calls it.
        title: as AWS does.
        signed_as: as signatures call it.
        why: what it is carried for, in words.
        version: of its API, where two services share a signing name.
        only_with: operations that are carried only with one of these parameters of a form.
    """

    name: str
    title: str
    signed_as: str
    why: str
    operations: frozenset[str]
    version: str = ""
    only_with: Mapping[str, str] = field(default_factory=dict)


def _service(name: str, entry: dict[str, Any]) -> CarriedService:
    return CarriedService(name, **entry | {"operations": frozenset(entry["operations"].split())})


_TABLE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_LATER: Final = frozenset(_TABLE.pop("later"))
CARRIED: Final = tuple(_service(name, entry) for name, entry in _TABLE.items())


def check(request: HttpRequest, signed_as: str) -> tuple[ServiceModel, str]:
    """The service's model and the operation that a call asks for; a call that is not carried is refused.

    Args:
        signed_as: the service, by its signing name.

    Raises:
        AwsError: one plain sentence, or the service's own for an operation that it does not have.
    """
    service = _carried_service(request, signed_as)
    name = service.name if service else boto3_name(signed_as)
    asked, model = _asked(request, signed_as, name), service_model(name)
    if service and model and asked in service.operations:
        wanted = service.only_with.get(asked, "").split()
        if wanted and not any(name.split(".")[0] in wanted for name in _form(request)):
            raise AwsError(code(signed_as), f"This sandbox carries {name}:{asked} only with {_or(wanted)}.")
        return model, asked
    is_rest = model is not None and model.metadata["protocol"].startswith("rest")
    if model and asked not in model.operation_names and not is_rest:
        raise no_operation(model, asked)
    raise not_carried(f"{name}:{asked}", signed_as, service)


def not_carried(what: str, signed_as: str, service: CarriedService | None = None) -> AwsError:
    """The refusal, by a code that clients of the service take for what will not go away by trying again.

    Args:
        service: the carried service that `what` is of, if it is of one.
    """
    if service is None:
        yet = " yet" if boto3_name(signed_as) in _LATER else ""
        rest = f"{yet}: it carries {titles()}, as far as tasks touch them."
    elif len(service.operations) <= _FEW:
        rest = f": of {service.name} it carries {', '.join(sorted(service.operations))} alone."
    else:
        rest = f": of {service.name} it carries what is for {service.why}."
    return AwsError(code(signed_as), f"This sandbox does not carry {what}{rest}")


def titles() -> str:
    """The services that are carried, in words."""
    *names, last = (service.title for service in CARRIED)
    return f"{', '.join(names)} and {last}"


def code(signed_as: str) -> str:
    """By which a service (by its signing name) refuses what is not carried."""
    model = service_model(boto3_name(signed_as))
    return _CODES.get(model.metadata["protocol"] if model else "", "UnknownOperationException")


def _or(names: list[str]) -> str:
    return " or ".join(names)


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
