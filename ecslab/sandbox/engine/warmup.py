"""What the first calls would wait for, done before they come: moto's response classes and models, imported.

A sandbox answers as soon as it can, with much of moto still to be imported. That takes a second more, in
which the notebook that started it imports things of its own. So some calls that only look are answered to
nobody then, one at a time: a call that comes meanwhile waits for one of them at most.
"""

import threading
from typing import Final

from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.credentials import REGION
from ecslab.sandbox.wire.operation import Operation
from ecslab.sandbox.wire.signature import Signer

_FIRST: Final = 0.1  # seconds in which whoever waited for the start is served alone
_BETWEEN: Final = 0.01  # seconds in which a call may get in between
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_LOOKS: Final = (  # signing name, operation, version of a form or target of JSON
    ("ecs", "ListClusters", "AmazonEC2ContainerServiceV20141113"),
    ("ec2", "DescribeVpcs", "2016-11-15"),
    ("ecr", "DescribeRepositories", "AmazonEC2ContainerRegistry_V20150921"),
    ("iam", "ListRoles", "2010-05-08"),
    ("logs", "DescribeLogGroups", "Logs_20140328"),
    ("elasticloadbalancing", "DescribeTargetGroups", "2015-12-01"),
)


def begin(sandbox: Sandbox, stop: threading.Event) -> None:
    """Look at everything once, in a thread of its own, unless `stop` is set meanwhile."""
    threading.Thread(target=_look, args=(sandbox, stop), name="ecslab-warming", daemon=True).start()


def _look(sandbox: Sandbox, stop: threading.Event) -> None:
    if stop.wait(_FIRST):
        return
    for service, operation, version in _LOOKS:
        asked = Operation(service, operation)
        signer = Signer(sandbox.credentials.access_key, REGION, service)
        with sandbox.lock:  # time is not moved, and nothing is kept: nobody asked
            sandbox.backend.call(_request(operation, version), signer, asked)
        if stop.wait(_BETWEEN):
            return


def _request(operation: str, version: str) -> HttpRequest:
    headers = {"host": "127.0.0.1", "content-type": _FORM}
    if version[0].isdigit():
        return HttpRequest("POST", "/", "", headers, f"Action={operation}&Version={version}".encode())
    headers |= {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{version}.{operation}"}
    return HttpRequest("POST", "/", "", headers, b"{}")
