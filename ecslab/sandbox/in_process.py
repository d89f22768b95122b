"""A sandbox in this process: no server, no socket, no thread, nothing on the disk. For tests and demos."""

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ecslab.sandbox.endpoint import Endpoint
from ecslab.sandbox.engine import api
from ecslab.sandbox.engine.pace import Mode
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.credentials import ACCOUNT, REGION
from ecslab.sandbox.world.time.durations import DEFAULT, Model

API: Final = "http://127.0.0.1:1"  # nothing listens on these; they only name the two ports
GATEWAY: Final = "http://127.0.0.1:2"


def start(
    home: Path, mode: Mode | None = None, seed: str | int | None = None, *, speed: float | None = None,
    timing: Model = DEFAULT, wall: Callable[[], float] = time.time, eventual: bool = False,
) -> Endpoint:  # fmt: skip
    """Start an empty sandbox, beside any other of this process.

    Args:
        home: the folder it says it lives in; nothing is written there.
        mode: `stepped` unless told otherwise.
        seed: decides every id; by default unguessable.
        speed: virtual seconds in one wall second, when paced.
        timing: where durations come from (`world.time.durations`).
        wall: what time it is, in epoch seconds.
        eventual: whether changes are seen late, as on AWS.
    """
    mode = mode or "stepped"
    return endpoint_of(
        Sandbox(
            home,
            seed=seed,
            mode=mode,
            speed=speed,
            timing=timing,
            wall=wall,
            in_memory=True,
            eventual=eventual,
        )
    )


def endpoint_of(sandbox: Sandbox) -> Endpoint:
    """How to reach a sandbox of this process."""
    sandbox.addresses = {"url": GATEWAY, "port": 2}
    sandbox.api_url = API
    keys = sandbox.credentials
    return Endpoint(
        url=API, access_key=keys.access_key, secret_key=keys.secret_key, region=REGION, account=ACCOUNT,
        gateway_url=GATEWAY, gateway_port=2, gateway_secret=keys.gateway_secret, pid=os.getpid(),
        transport=Transport(sandbox), closing=sandbox.close, stream=lambda url: Stream(sandbox, url),
    )  # fmt: skip


class Transport:
    """Carries a request to the port that its address names."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox

    def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> HttpResponse:
        parts = urlsplit(url)
        named = {"host": parts.netloc} | {name.lower(): _text(value) for name, value in headers.items()}
        request = HttpRequest(method, parts.path or "/", parts.query, named, body)
        if f"{parts.scheme}://{parts.netloc}" == API:
            return api.answer(self.sandbox, request)
        gateway = f"{parts.scheme}://{parts.netloc}" == GATEWAY
        return self.sandbox.gateway.answer(request.path if gateway else url, request)


class Stream:
    """A client's end of a data channel of a sandbox in this process, as `connection.streams` has it."""

    def __init__(self, sandbox: Sandbox, url: str):
        parts = urlsplit(url)
        named = {"host": parts.netloc}
        self._channel = sandbox.channels.channel(HttpRequest("GET", parts.path, parts.query, named))
        self._waiting: deque[bytes] = deque()

    def send(self, data: str | bytes) -> None:
        """Send a message, and keep what is answered."""
        self._waiting.extend(self._channel.received(data))

    def receive(self, _seconds: float) -> bytes | None:
        """The next message; None if there is none now, EOFError if there will be none."""
        if not self._waiting:
            self._waiting.extend(self._channel.due())
        if self._waiting:
            return self._waiting.popleft()
        if self._channel.over:
            raise EOFError
        return None

    def close(self) -> None:
        """Leave the channel."""
        self._channel.left()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
