"""Making an account anew from its journal: the same requests, at the same times, under the same seeds."""

import contextlib
from typing import TYPE_CHECKING

from ecslab.sandbox.runtime.http import HttpRequest
from ecslab.sandbox.server import auth
from ecslab.sandbox.server.http import Incoming
from ecslab.sandbox.server.journal import Record
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from ecslab.sandbox.sandbox import Sandbox


def replay(sandbox: "Sandbox") -> None:
    """Let everything in the journal happen again, on a backend that is fresh."""
    for position, record in enumerate(sandbox.journal, 1):
        while sandbox.clock.now < record.now:
            sandbox.clock.run(until=record.now)
        if record.kind == "pace":
            sandbox.pace.take_up(record.now, record.about)
        elif record.kind == "fault":
            sandbox.backend.reseed("fault", position)
            with contextlib.suppress(ValueError):
                sandbox.backend.inject(record.about["fault"], record.about["values"])
        elif record.kind == "visit":
            _visit(sandbox, record, position)
        elif record.kind == "request":
            _request(sandbox, record)


def _visit(sandbox: "Sandbox", record: Record, position: int) -> None:
    about = record.about
    door = sandbox.backend.door(about["host"], about["port"])
    if door.answer is None:
        return
    sandbox.backend.reseed("visit", position)
    request = HttpRequest(
        about["method"], about["path"], about["query"], about["headers"], record.body, about["peer"]
    )
    with contextlib.suppress(ConnectionError):
        door.answer(request)


def _request(sandbox: "Sandbox", record: Record) -> None:
    about, backend = record.about, sandbox.backend
    headers = dict(about["headers"])
    if about["service"] == "registry":  # it was let in then; tokens are not kept
        headers.setdefault("authorization", backend.admission(about["region"]))
    request = Incoming(about["method"], about["path"], about["query"], headers, record.body)
    backend.reseed("request", sandbox.mutations)
    sandbox.mutations += 1
    try:
        if about["service"] == "registry":
            status, _, _ = backend.registry(request, about["region"])
        else:
            signer = auth.Signer(sandbox.credentials.access_key, about["region"], about["service"])
            status, _, _ = backend.call(request, signer, about["operation"])
        why = f"answered {status}" if status >= 400 else ""
    except AwsError as error:
        why = error.message
    if why:  # a sandbox of another version accepted it
        sandbox.notices.append(
            f"{about['service']} {about['operation']} could not be made again ({why}). Everything else "
            "was found again; lab.check() shows what is missing."
        )
