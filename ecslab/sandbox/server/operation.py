"""Which operation a request is, whether it changes anything, and how its service words a refusal."""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from ecslab.sandbox.server.http import Incoming, Reply
from ecslab.sandbox.world.errors import AwsError

REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
_READS: Final = re.compile(
    r"(BatchCheck|BatchGet|Check|Decode|Describe|Discover|Download|Filter|Generate.*Report|Get|Head|List|Lookup|"
    r"Preview|Scan|Search|Select|Simulate|StartLiveTail|Test|Validate|Verify)([A-Z].*)?"
)
_NOT_READS: Final = frozenset({"GetAuthorizationToken", "GetSessionToken", "GetFederationToken"})


@dataclass(frozen=True, slots=True)
class Operation:
    """A service's signing name and the operation, such as `ecs` and `RunTask`."""

    service: str
    name: str
    mutates: bool

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


def operation(service: str, request: Incoming) -> Operation:
    """Read the operation from the target header, the form's Action, or the method."""
    target = request.headers.get("x-amz-target")
    name = target.rpartition(".")[2] if target else _action(request)
    if name is None:
        return Operation(service, request.method, request.method not in ("GET", "HEAD", "OPTIONS"))
    return Operation(service, name, mutates(name))


def mutates(name: str) -> bool:
    """Whether an operation of this name may change something."""
    return name in _NOT_READS or not _READS.fullmatch(name)


def _action(request: Incoming) -> str | None:
    form = request.query
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = f"{form}&{request.body.decode('utf-8', 'replace')}"
    found = parse_qs(form).get("Action")
    return found[0] if found else None


def refusal(error: AwsError, request: Incoming, service: str = "") -> Reply:
    """The error as a client of that service parses it: JSON, EC2's XML, or the query protocol's."""
    content = request.headers.get("content-type", "")
    if "x-amz-target" in request.headers or "json" in content or service == "ecslab":
        body = json.dumps({"__type": error.code, "message": error.message, **error.fields}).encode()
        headers = {"Content-Type": content if "json" in content else "application/json"}
        return error.status, {**headers, "x-amzn-ErrorType": error.code}, body
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service == "ec2":
        text = f"<Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID>"
        text = f"<Response>{text}</Response>"
    else:
        text = f"<Error><Type>Sender</Type>{inner}</Error><RequestId>{REQUEST_ID}</RequestId>"
        text = f"<ErrorResponse>{text}</ErrorResponse>"
    return error.status, {"Content-Type": "text/xml"}, f'<?xml version="1.0"?>{text}'.encode()
