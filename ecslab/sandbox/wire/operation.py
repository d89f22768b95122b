"""Which operation a request is, read from the target header, the form's Action, the path, or the method."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from ecslab.aws_api.operations import changes
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import bounds

_RPC_PATH: Final = re.compile(r"/service/\w+/operation/(\w+)", re.ASCII)
"""How the RPC v2 protocol names an operation."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A service's signing name and the operation, such as `ecs` and `RunTask`.

    Of a REST API, such as S3's, the method stands for the operation.
    """

    service: str
    name: str

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        if self.name.isupper():
            return self.name not in ("GET", "HEAD", "OPTIONS")
        return changes(self.service, self.name)

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


def operation(service: str, request: HttpRequest) -> Operation:
    """The operation that a request to `service` (its signing name) asks for."""
    target = request.headers.get("x-amz-target")
    name = target.rpartition(".")[2] if target else _action(request)
    return Operation(service, request.method if name is None else name)


def _action(request: HttpRequest) -> str | None:
    form = request.query
    if request.body.count(b"&") > bounds.FIELDS:
        bounds.form_text(request)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = f"{form}&{request.body.decode('utf-8', 'replace')}"
    if actions := parse_qs(form).get("Action"):
        return actions[0]
    rpc = _RPC_PATH.fullmatch(request.path)
    return rpc[1] if rpc else None
