"""The port of the AWS API: AWS's own calls, the registry, and control calls, each to whoever answers it."""

import json
from typing import Final

from ecslab.sandbox.engine import control
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.registry.route import body_limit, is_for_registry
from ecslab.sandbox.wire import limits, signature
from ecslab.sandbox.wire.refusal import refusal
from ecslab.sandbox.wire.request import fitting
from ecslab.sandbox.world.errors import AwsError

_CONTROL: Final = "/_ecslab/"
_STATUS: Final = "/_ecslab/status"


def admit(sandbox: Sandbox, head: HttpRequest) -> int | HttpResponse:
    """Judge a request by its head, before its body is read: the bytes it may have, or the refusal."""
    service = ""
    try:
        signature.refuse_foreign(head.headers)
        if is_for_registry(head.path):
            refused = sandbox.registry_refusal(head)
            return refused or fitting(head, body_limit(head))
        signer = signature.verify_head(head, sandbox.key, sandbox.wall())
        service = signer.service
        if head.path.startswith(_CONTROL):
            _check_controller(sandbox, signer)
        return fitting(head, limits.signed_body(service))
    except AwsError as error:
        return refusal(error, head, service)


def answer(sandbox: Sandbox, request: HttpRequest) -> HttpResponse:
    """Answer a request, refusals included."""
    service = ""
    try:
        signature.refuse_foreign(request.headers)
        if is_for_registry(request.path):
            return sandbox.registry(request)
        signer = signature.verify(request, sandbox.key, sandbox.wall())
        service = signer.service
        if request.path.startswith(_CONTROL):
            return _controlled(sandbox, request, signer)
        return sandbox.call(request, signer)
    except AwsError as error:
        return refusal(error, request, service)


def answer_at_once(sandbox: Sandbox, request: HttpRequest) -> HttpResponse | None:
    """Answer a call to the AWS API, or what the clock shows, if nobody else is being answered; None for what
    may take its time."""
    slow = request.path.startswith(_CONTROL) and request.path != _STATUS
    if slow or is_for_registry(request.path) or not sandbox.lock.acquire(blocking=False):
        return None
    try:
        return answer(sandbox, request)
    finally:
        sandbox.lock.release()


def _check_controller(sandbox: Sandbox, signer: signature.Signer) -> None:
    if signer.service != "ecslab":
        raise AwsError("AccessDenied", "Control calls are signed for the service `ecslab`.", 403)
    if signer.access_key != sandbox.credentials.access_key:
        raise AwsError("AccessDenied", "Control calls take the sandbox's own key alone.", 403)


def _controlled(sandbox: Sandbox, request: HttpRequest, signer: signature.Signer) -> HttpResponse:
    _check_controller(sandbox, signer)
    try:
        values = json.loads(request.body or b"{}")
    except ValueError as problem:
        raise AwsError("SerializationException", f"The body is not JSON: {problem}.") from None
    if not isinstance(values, dict):
        raise AwsError("SerializationException", "The body is no JSON object.")
    result = control.carry_out(sandbox, request.path.removeprefix(_CONTROL), values)
    return HttpResponse(200, {"Content-Type": "application/json"}, json.dumps(result).encode())
