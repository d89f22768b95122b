"""How a service words a refusal on the wire."""

import contextlib
import json
import traceback
from typing import Final
from xml.sax.saxutils import escape

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.errors import AwsError

REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"


def internal_failure(failure: Exception) -> AwsError:
    """What is said of a failure of the sandbox's own; its log gets the rest, if there is room for it."""
    with contextlib.suppress(OSError):
        traceback.print_exception(failure)
    sentence = f"The sandbox failed at this request: {failure!r}. Its log has the rest."
    return AwsError("InternalFailure", sentence, 500)


def refusal(error: AwsError, request: HttpRequest, service: str = "") -> HttpResponse:
    """The error as a client of that service parses it: JSON, EC2's XML, or the query protocol's."""
    content = request.headers.get("content-type", "")
    if "x-amz-target" in request.headers or "json" in content or service == "ecslab":
        body = json.dumps({"__type": error.code, "message": error.message, **error.fields}).encode()
        headers = {"Content-Type": content if "json" in content else "application/json"}
        return HttpResponse(error.status, {**headers, "x-amzn-ErrorType": error.code}, body)
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service == "ec2":
        text = f"<Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID>"
        text = f"<Response>{text}</Response>"
    else:
        text = f"<Error><Type>Sender</Type>{inner}</Error><RequestId>{REQUEST_ID}</RequestId>"
        text = f"<ErrorResponse>{text}</ErrorResponse>"
    xml = f'<?xml version="1.0"?>{text}'.encode()
    return HttpResponse(error.status, {"Content-Type": "text/xml"}, xml)
