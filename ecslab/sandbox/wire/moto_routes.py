"""A request on its way to the moto response class that answers it, without a web framework between them.

moto's own server builds a Flask application for each service; its decorators look the handler up in the
tables that the services' `urls` modules fill. This is that second way: quicker to start, and lighter.
"""

import importlib
import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import carried, moto_failure
from ecslab.sandbox.wire.credentials import ACCOUNT
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.service_models import boto3_name, rest_operation
from ecslab.sandbox.wire.signature import Signer
from ecslab.sandbox.world.errors import AwsError, BrokenOff

FAILURES: Final = logging.getLogger("ecslab.sandbox.moto")
"""Hears of every failure of moto's that became a refusal: the operation, and what failed."""
Handler = Callable[[object, str, object], tuple[int, Mapping[str, object], str | bytes]]
_KEPT: Final = frozenset(
    {"content-type", "x-amz-target", "host", "accept", "range", "cache-control", "content-disposition",
     "content-encoding", "content-language", "expires", "if-match", "if-none-match", "if-modified-since",
     "if-unmodified-since"}
)  # fmt: skip
_GLOBAL: Final = frozenset({"budgets", "cloudfront", "route53"})  # their host names no region
_MODULES: Final = {"elasticloadbalancing": "elbv2"}  # by signing name, where several of moto's fit an address
_ALIASES: Final = {"eventbridge": "events"}  # signing name: the name in moto's addresses


def answer(request: HttpRequest, signer: Signer) -> HttpResponse:
    """moto's answer; moto's own switches (`x-moto-account-id` and the like) never reach it.

    Raises:
        AwsError: moto does not carry what is asked for, or failed at a request that AWS refuses.
    """
    from moto.core.request import Request
    from werkzeug.exceptions import HTTPException

    handler = _handler(signer.service, signer.region, request.path)
    host = request.headers.get("host", "127.0.0.1")
    url = f"http://{host}{request.path}" + (f"?{request.query}" if request.query else "")
    asked = Request.from_primitives(request.method, url, _headers(request, signer), request.body)
    try:
        status, headers, body = handler(asked, url, asked.headers)
    except HTTPException as refused:
        status, headers, body = refused.code, refused.get_headers(), refused.get_body()
    except Exception as failure:
        raise _refused(request, signer, failure) from failure
    content = body.encode() if isinstance(body, str) else bytes(body)
    return HttpResponse(
        int(status), {str(name): str(value) for name, value in dict(headers).items()}, content
    )


def _refused(request: HttpRequest, signer: Signer, failure: Exception) -> Exception:
    """What is said of a failure of moto's; the failure itself where it is not moto's."""
    asked = operation(signer.service, request)
    name = asked.name
    if name.isupper():
        name = rest_operation(boto3_name(signer.service), request) or name
    if isinstance(failure, NotImplementedError):
        sentence = f"This sandbox does not carry {name} with these parameters ({failure})."
        error: AwsError | None = BrokenOff(carried.code(signer.service), sentence)
    else:
        error = moto_failure.refusal_of_failure(request, signer.service, name, failure)
    if error is not None:
        FAILURES.info("%s:%s: %r", signer.service, name, failure, exc_info=failure)
    return error or failure


def _headers(request: HttpRequest, signer: Signer) -> dict[str, str]:
    """The signature's scope alone stands for the signature, which has been checked."""
    given = request.headers.items()
    headers = {name: value for name, value in given if name in _KEPT or name[:6] == "x-amz-"}
    scope = f"{signer.access_key}/20240101/{signer.region}/{signer.service}/aws4_request"
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=checked"
    return headers


def _handler(service: str, region: str, path: str) -> Handler:
    name = _ALIASES.get(service, service)
    host = f"{name}.amazonaws.com" if name in _GLOBAL else f"{name}.{region}.amazonaws.com"
    address = f"https://{host}{path}"
    for pattern, handler in _table(_module_of(host, service)):
        if pattern.match(address):
            return handler
    raise carried.not_carried(f"{service} at {path}", service)


@cache
def _module_of(host: str, service: str) -> str:
    if service in _MODULES:
        return _MODULES[service]
    index = importlib.import_module("moto.backend_index")
    for name, pattern in index.backend_url_patterns:
        if pattern.match(f"https://{host}"):
            return str(name)
    raise carried.not_carried(f"the service {service}", service)


@cache
def _table(module: str) -> list[tuple[re.Pattern[str], Handler]]:
    backends = importlib.import_module("moto.backends").get_backend(module)[ACCOUNT]
    backend = backends["us-east-1"] if "us-east-1" in backends else backends["aws"]
    return [(re.compile(url), handler) for url, handler in backend.urls.items()]
