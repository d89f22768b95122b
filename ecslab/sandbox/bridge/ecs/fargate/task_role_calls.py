"""What an AWS endpoint answers to a container's `aws` command: its keys are judged, then moto is asked."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from moto.core.exceptions import JsonRESTError

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.iam import permissions
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.errors import AwsError

Request = Mapping[str, object]
Answer = Mapping[str, object]

DOMAIN: Final = ".amazonaws.com"


def service_at(host: str) -> str | None:
    """The service whose endpoint has this name (`secretsmanager.us-east-1.amazonaws.com`), or None."""
    service = host.split(".")[0]
    return service if host.endswith(DOMAIN) and service in _OPERATIONS else None


def answer(
    host: str, request: HttpRequest, at_endpoint: Callable[[str], str | None] = lambda _action: None
) -> HttpResponse:
    """The endpoint's answer to a request that carries a task role's access key.

    Args:
        at_endpoint: why a VPC endpoint on the way denies an action.
    """
    service, region = host.split(".")[:2]
    operation, ask = _OPERATIONS[service]
    key = request.headers.get("authorization", "").rpartition("Credential=")[2]
    try:
        permissions.check(key, service, operation, region, request.method, request.path, request.body, "")
        denied = at_endpoint(f"{service}:{operation}")
        if denied:
            raise AwsError("AccessDeniedException", denied)
        return _reply(200, ask(key, region, json.loads(request.body)))
    except AwsError as refusal:
        return _reply(refusal.status, {"__type": refusal.code, "message": refusal.message})


def _identity(key: str, _region: str, _values: Request) -> Answer:
    session = backend("sts").get_assumed_role_from_access_key(key)
    return {"UserId": session.user_id, "Account": current_account().id, "Arn": session.arn}


def _secret(_key: str, region: str, values: Request) -> Answer:
    name = str(values["SecretId"])
    try:
        answer: Answer = backend("secretsmanager", region).get_secret_value(name, None, None)
    except JsonRESTError as refusal:
        raise AwsError(str(refusal.error_type), str(refusal.message)) from None
    return answer


def _parameter(_key: str, region: str, values: Request) -> Answer:
    parameter = backend("ssm", region).get_parameter(str(values["Name"]))
    if parameter is None:
        raise AwsError("ParameterNotFound", "")
    shown = {"Name": parameter.name, "Type": parameter.parameter_type, "Value": parameter.value}
    return {"Parameter": shown}


_OPERATIONS: Final = {
    "sts": ("GetCallerIdentity", _identity),
    "secretsmanager": ("GetSecretValue", _secret),
    "ssm": ("GetParameter", _parameter),
}


def _reply(status: int, body: Answer) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode())
