"""Where a sandbox is and how it is spoken to: all that a client of it needs to know.

Standard library only, and no moto: every notebook and terminal loads this.
"""

import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import signature

Transport = Callable[[str, str, dict[str, str], bytes], HttpResponse]
"""Method, URL, headers, body. How a sandbox in this process is reached."""

_PATIENCE: Final = 60.0  # seconds
CONTROL_SERVICE: Final = "ecslab"  # what control calls are signed for


class SandboxError(RuntimeError):
    """The sandbox cannot start or stop, or refused a control call. The message says what to do."""


@dataclass(frozen=True)
class Endpoint:
    """A sandbox that runs.

    Attributes:
        url: where the AWS API and the registry answer.
        gateway_url, gateway_port, gateway_secret: where its "internet" is; the secret is the password of the
            proxy form and the first part of the path form.
        notices: what its user should be told, such as that it was found dead and started again.
        transport: set if the sandbox lives in this process; then nothing listens on `url`.
        stream: opens the stream of messages at a URL (`connection.streams`), if it lives in this process.
    """

    url: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    account: str
    gateway_url: str
    gateway_port: int
    gateway_secret: str = field(repr=False)
    pid: int
    notices: tuple[str, ...] = ()
    transport: Transport | None = field(default=None, repr=False)
    closing: Callable[[], None] | None = field(default=None, repr=False)
    stream: Callable[[str], object] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """`127.0.0.1:<port>`, which is also the registry's name."""
        return self.url.partition("//")[2]

    @property
    def proxy(self) -> str:
        """The gateway as HTTP clients take a proxy, password included."""
        return f"http://lab:{self.gateway_secret}@{self.gateway_url.partition('//')[2]}"

    def control(self, verb: str, **values: object) -> dict[str, Any]:
        """Make a control call (`engine/control.py` lists the verbs).

        Raises:
            SandboxError: it refused.
            OSError: nobody answers there.
        """
        path, body = f"/_ecslab/{verb}", json.dumps(values).encode()
        headers = {"host": self.host, "content-type": "application/json"}
        key = signature.Key(self.access_key, self.secret_key)
        request = HttpRequest("POST", path, "", headers, body)
        signed = signature.sign(request, key, self.region, CONTROL_SERVICE, time.time())
        send = self.transport or _send
        status, _, content = send("POST", self.url + path, signed, body)
        answer: dict[str, Any] = json.loads(content)
        if status != 200:
            raise SandboxError(answer.get("message", f"The sandbox answered {status} to {verb}."))
        return answer

    def close(self) -> None:
        """End a sandbox of this process; one with a process of its own goes on for the others."""
        if self.closing is not None:
            self.closing()


class _Open:
    """A connection that is left open between two calls, and closed when nobody holds it any more."""

    def __init__(self, host: str):
        self.connection = http.client.HTTPConnection(host, timeout=_PATIENCE)

    @property
    def is_good(self) -> bool:
        """Whether another call may go through it: one that has something to read was closed over there."""
        held: socket.socket | None = self.connection.sock
        if held is None:  # the answer before said that it is closed
            return False
        held.settimeout(0)
        try:
            held.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            held.settimeout(_PATIENCE)
            return True
        except OSError:
            pass
        return False

    def __del__(self) -> None:
        self.connection.close()


class _LeftOpen(threading.local):
    """Of each thread the connection of its last call, by process and host: a fork has its parent's."""

    held: tuple[tuple[int, str], _Open] | None = None

    def take(self, host: str) -> _Open:
        """One to this host that is good, as nobody's; made if there is none."""
        held, self.held = self.held, None
        if held is not None and held[0] == (os.getpid(), host) and held[1].is_good:
            return held[1]
        return _Open(host)


_left_open: Final = _LeftOpen()


def _send(method: str, url: str, headers: dict[str, str], body: bytes) -> HttpResponse:
    host, _, path = url.partition("//")[2].partition("/")
    opened = _left_open.take(host)
    try:
        opened.connection.request(method, "/" + path, body, headers)
        reply = opened.connection.getresponse()
        response = HttpResponse(reply.status, dict(reply.getheaders()), reply.read())
    except http.client.HTTPException as problem:
        raise ConnectionError(f"what answers at {host} is no sandbox: {problem!r}") from None
    _left_open.held = (os.getpid(), host), opened
    return response
