"""How a service words a refusal on the wire."""

import contextlib
import json
import struct
import traceback
from typing import Final
from xml.sax.saxutils import escape

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.codecs import translation
from ecslab.sandbox.world.errors import AwsError, BrokenOff

REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
_XML_SERVICES: Final = frozenset({"cloudfront", "route53", "s3", "s3express", "s3-outposts"})
"""Services with a REST API in XML, by signing name; all others with such an API speak JSON."""
_FORM: Final = "application/x-www-form-urlencoded"


def internal_failure(failure: Exception) -> AwsError:
    """What is said of a failure of the sandbox's own; its log gets the rest, if there is room for it."""
    with contextlib.suppress(OSError):
        traceback.print_exception(failure)
    sentence = f"The sandbox failed at this request: {failure!r}. Its log has the rest."
    return BrokenOff("InternalFailure", sentence, 500)


def refusal(error: AwsError, request: HttpRequest, service: str = "") -> HttpResponse:
    """The error as a client of that service parses it.

    Args:
        service: by its signing name; "" while nobody knows it.
    """
    content = request.headers.get("content-type", "")
    if service in translation.SERVICES:
        return _translated(error, request, service)
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return _cbor(error)
    if "x-amz-target" in request.headers or "json" in content or service == "ecslab":
        return _json(error, content)
    if service == "ec2":
        inner = f"<Errors><Error>{_inner(error)}</Error></Errors><RequestID>{REQUEST_ID}</RequestID>"
        return _xml(error, f"<Response>{inner}</Response>")
    if service.startswith("s3"):
        return _xml(error, f"<Error>{_inner(error)}<RequestId>{REQUEST_ID}</RequestId></Error>")
    is_query = content.startswith(_FORM) or "Action=" in request.query
    if service and service not in _XML_SERVICES and not is_query and request.path != "/":
        return _json(error, content)
    inner = f"<Error><Type>Sender</Type>{_inner(error)}</Error><RequestId>{REQUEST_ID}</RequestId>"
    return _xml(error, f"<ErrorResponse>{inner}</ErrorResponse>")


def _translated(error: AwsError, request: HttpRequest, service: str) -> HttpResponse:
    """A service that had forms before says the code that these had in a header, and its model's name else."""
    spoken = translation.spoken_by(request)
    if service not in translation.HAD_FORMS:
        content = request.headers.get("content-type", "application/x-amz-json-1.1")
        return _cbor(error) if spoken == "cbor" else _json(error, content)
    if spoken == "query":
        body = f"<Error><Type>Sender</Type>{_inner(error)}</Error><RequestId>{REQUEST_ID}</RequestId>"
        return _xml(error, f"<ErrorResponse>{body}</ErrorResponse>")
    kind = "Sender" if error.status < 500 else "Receiver"
    header = {"x-amzn-query-error": f"{error.code};{kind}"}
    named = AwsError(translation.shape_of(error.code), error.message, error.status, **error.fields)
    answer = _cbor(named) if spoken == "cbor" else _json(named, "application/x-amz-json-1.0")
    return answer._replace(headers={**answer.headers, **header})


def _inner(error: AwsError) -> str:
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"


def _xml(error: AwsError, text: str) -> HttpResponse:
    return HttpResponse(
        error.status, {"Content-Type": "text/xml"}, f'<?xml version="1.0"?>{text}'.encode()
    )


def _json(error: AwsError, content: str) -> HttpResponse:
    body = json.dumps({"__type": error.code, "message": error.message, **error.fields}).encode()
    headers = {"Content-Type": content if "json" in content else "application/json"}
    return HttpResponse(error.status, {**headers, "x-amzn-ErrorType": error.code}, body)


def _cbor(error: AwsError) -> HttpResponse:
    """RFC 8949: a map of two texts to texts."""
    texts = [text.encode() for text in ("__type", error.code, "message", error.message)]
    body = b"\xa2" + b"".join(b"\x7a" + struct.pack(">I", len(text)) + text for text in texts)
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return HttpResponse(error.status, headers, body)
