"""A request turned into the service's JSON protocol, and its answer turned back into what the client speaks.

So everything between is written once. Clients choose among a service's protocols, newer ones CBOR, older ones
forms; botocore says which there are (`protocols` of a model's metadata).
"""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Final, Literal, Never

from botocore.model import ServiceModel

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.codecs import cbor, query
from ecslab.sandbox.wire.malformed import not_serializable, unknown_operation
from ecslab.sandbox.wire.protocol import check_version
from ecslab.sandbox.wire.service_models import service_model

__all__ = ["HAD_FORMS", "SERVICES", "Spoken", "answer", "as_json", "plain", "shape_of", "spoken_by"]

Spoken = Literal["cbor", "query", "json"]
SERVICES: Final = frozenset({"monitoring", "servicediscovery"})
"""Services, by their signing names, that are spoken to in several protocols."""
HAD_FORMS: Final = frozenset({"monitoring"})
"""Those that took forms before they took JSON."""
_CBOR: Final = "application/cbor"
_FORM: Final = "application/x-www-form-urlencoded"
_UNPACKED: Final = 1 << 21  # bytes that a compressed body may come to


def plain(request: HttpRequest) -> HttpRequest:
    """The request with its body as it was before it was compressed.

    Raises:
        AwsError: SerializationException; it is no gzip, or comes to more than a request may have.
    """
    if request.headers.get("content-encoding") != "gzip":
        return request
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(request.body)) as packed:
            body = packed.read(_UNPACKED + 1)
    except (OSError, EOFError, ValueError):
        raise not_serializable("The request body is no gzip.") from None
    if len(body) > _UNPACKED:
        raise not_serializable("The request body is too large.")
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    return replace(request, headers=headers, body=body)


def spoken_by(request: HttpRequest) -> Spoken:
    """The protocol of a request; of one that names none, the oldest."""
    if "x-amz-target" in request.headers:
        return "json"
    is_cbor = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _CBOR
    return "cbor" if is_cbor or request.path.startswith("/service/") else "query"


def as_json(request: HttpRequest, model: ServiceModel, operation: str) -> HttpRequest:
    """The same request in the service's JSON protocol.

    Raises:
        AwsError: it is not what its protocol says it is.
    """
    spoken = spoken_by(request)
    if spoken == "json":
        return request
    known = operation in model.operation_names
    if spoken == "query" and "query" not in model.metadata["protocols"]:
        raise unknown_operation(f"{model.service_name} is spoken to in CBOR, or in JSON.")
    if spoken == "query":
        check_version(request, str(model.metadata["apiVersion"]), operation)
        given: object = query.input_of(request, model.operation_model(operation).input_shape) if known else {}
    else:
        given = _of_cbor(request.body)
    target = f"{model.metadata['targetPrefix']}.{operation}"
    headers = {name: value for name, value in request.headers.items() if name != "smithy-protocol"}
    headers |= {"x-amz-target": target, "content-type": _json_type(model)}
    body = json.dumps(given, ensure_ascii=False, default=_refuse).encode()
    return replace(request, path="/", query="", headers=headers, body=body)


def answer(
    request: HttpRequest, model: ServiceModel, operation: str, output: Mapping[str, object], request_id: str
) -> HttpResponse:
    """The output as the request's protocol has it; timestamps are datetimes."""
    spoken = spoken_by(request)
    headers = {"x-amzn-RequestId": request_id}
    if spoken == "cbor":
        headers |= {"Content-Type": _CBOR, "smithy-protocol": "rpc-v2-cbor"}
        return HttpResponse(200, headers, cbor.dumps(dict(output)))
    if spoken == "query":
        body = query.answer(model.operation_model(operation), output, request_id)
        return HttpResponse(200, headers | {"Content-Type": "text/xml"}, body)
    text = json.dumps(dict(output), ensure_ascii=False, default=_timestamp)
    return HttpResponse(200, headers | {"Content-Type": _json_type(model)}, text.encode())


def _json_type(model: ServiceModel) -> str:
    return f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}"


@cache
def _shapes() -> dict[str, str]:
    """The names of errors in the model, by their codes in the query protocol."""
    model = service_model("cloudwatch")
    shapes = [model.shape_for(name) for name in model.shape_names] if model else []
    errors = [shape for shape in shapes if shape.metadata.get("exception")]
    return {str((shape.metadata.get("error") or {}).get("code", shape.name)): shape.name for shape in errors}


def shape_of(code: str) -> str:
    """What the model calls an error of CloudWatch's; the code itself where it has no name for it."""
    return _shapes().get(code, code)


def _of_cbor(body: bytes) -> dict[str, object]:
    try:
        value = cbor.loads(bytes(body)) if body else {}
    except ValueError as problem:
        raise not_serializable(f"The request body is not CBOR: {problem}.") from None
    if not isinstance(value, dict):
        raise not_serializable("Unexpected field type")
    return value


def _refuse(value: object) -> Never:
    raise not_serializable(f"{type(value).__name__} is of no use here.")


def _timestamp(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"JSON has no {type(value)}")
