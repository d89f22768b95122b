"""A lab in the sandbox: its clients reach nothing else, and find it again when it was stopped in mid-lab."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from ecslab.aws_api.operations import changes
from ecslab.connection import gateway_links, hooks
from ecslab.connection.boto_sessions import blind_session, sandbox_client
from ecslab.connection.http import HttpReply, fetch
from ecslab.connection.place import AwsTime, ControlReply
from ecslab.connection.streams import MessageStream, WebSocketStream
from ecslab.display.messages import say
from ecslab.errors import CannotBeDone, Unreachable
from ecslab.sandbox.endpoint import Endpoint, SandboxError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSRequest
    from botocore.client import BaseClient
    from botocore.compat import HTTPHeaders
    from botocore.model import OperationModel

    from ecslab.sandbox.endpoint import Transport

_NEVER_ARRIVED = (EndpointConnectionError, ConnectTimeoutError)
_VISITED = re.compile(r"http://[^/]+/[^/]+/([\w.-]+|\[[\w:]+\]):(\d+)/")
REVIVED = "The sandbox had stopped. It is running again, with everything you had made."
STOPPED: Final = (
    "the sandbox does not run.\n"
    "  next: a view does not start it; your next cell does, or in a terminal: ecslab sandbox start"
)


class SandboxPlace:
    """The sandbox, behind its server or in this process.

    Args:
        endpoint: as `sandbox.process.ensure` or `sandbox.in_process.start` gives it.
        again: starts the sandbox again after it was stopped, or None where it lives in this process.
    """

    where = "sandbox"

    def __init__(self, endpoint: Endpoint, again: Callable[[], Endpoint] | None = None):
        self.endpoint = endpoint
        self._again = again
        self._thread = threading.local()  # `looking` is one thread's: a cell may start what a view may not
        self._clock: dict[str, Any] = {}
        self._times_faster = 1.0
        self._notices: list[str] | None = None
        self.account, self.region = endpoint.account, endpoint.region
        self.caller = "the sandbox's own user"
        self.session = blind_session(endpoint.region, endpoint.access_key, endpoint.secret_key)
        self.listeners: Mapping[str, object] = {
            "sandbox": self,
            "in_process" if endpoint.transport else "server": self,
        }
        hooks.install(self.session.events, **self.listeners)

    @property
    def endpoint_url(self) -> str:
        return self.endpoint.url

    def client(self, service: str) -> "BaseClient":
        return sandbox_client(self.session, service, self.endpoint.url)

    # What botocore calls; see `hooks` -------------------------------------------------------------------

    def aim(self, request: "AWSRequest", **_: object) -> None:
        """Every request goes to where the sandbox is now, whatever its client was made with."""
        endpoint, target = urlsplit(self.endpoint.url), urlsplit(request.url or "")
        if (target.scheme, target.netloc) != (endpoint.scheme, endpoint.netloc):
            request.url = urlunsplit(target._replace(scheme=endpoint.scheme, netloc=endpoint.netloc))

    def forget_retries(self, parsed: dict[str, dict[str, object]], **_: object) -> None:
        """Without it botocore adds "(reached max retries: 0)" to every refusal, which AWS's never say."""
        parsed.get("ResponseMetadata", {}).pop("MaxAttemptsReached", None)

    def carry(self, request: "AWSPreparedRequest", **_: object) -> AWSResponse:
        """Hand the request to the sandbox in this process."""
        body = request.body or b""
        body = body.read() if hasattr(body, "read") else body  # S3's are read as they are sent
        body = body.encode() if isinstance(body, str) else bytes(cast(bytes, body))
        send = cast("Transport", self.endpoint.transport)
        status, headers, content = send(request.method, request.url, dict(request.headers), body)
        return AWSResponse(request.url, status, cast("HTTPHeaders", headers), _Raw(content))

    def revive(
        self, caught_exception: Exception | None, operation: "OperationModel", attempts: int, **_: object
    ) -> float | None:
        """Start the sandbox again and send the call anew, unless it may have changed something already."""
        if caught_exception is None or attempts > 1 or not _is_lost_connection(caught_exception):
            return None
        if self._only_looks:
            return None  # `explain` says why
        self._start_again()
        if isinstance(caught_exception, _NEVER_ARRIVED):
            return 0.0
        return None if changes(operation.service_model.service_name, operation.name) else 0.0

    def explain(self, exception: Exception, **_: object) -> None:
        """Say what has become of a call that broke off."""
        if _is_lost_connection(exception):
            if self._only_looks:
                raise Unreachable(STOPPED) from None
            raise Unreachable(
                "the sandbox stopped while it was answering; it is running again.\n"
                f"  seen: {exception}\n"
                "  next: run the cell again: each step first looks at what is there"
            ) from None

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Within this, on this thread, a sandbox that was stopped stays so."""
        before, self._thread.only_looks = self._only_looks, True
        try:
            yield
        finally:
            self._thread.only_looks = before

    @property
    def _only_looks(self) -> bool:
        return bool(getattr(self._thread, "only_looks", False))

    def _start_again(self) -> None:
        if self._only_looks:
            raise Unreachable(STOPPED)
        if self._again is None:
            raise Unreachable(
                "the sandbox of this process was closed.\n  next: connect again with ecslab.connect()"
            )
        self.endpoint = self._again()
        say(REVIVED)

    # A public IP --------------------------------------------------------------------------------------------

    def url(self, public_ip: str, port: int) -> str:
        return gateway_links.for_the_browser(self.endpoint, public_ip, port)

    def http(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        address = gateway_links.from_this_process(self.endpoint, url)
        if self.endpoint.transport:
            reply = HttpReply.of(*self.endpoint.transport(method, address, dict(headers or {}), body or b""))
        else:
            reply = self._fetch(method, address, headers, body)
        if reply.status in (502, 504):
            self._refuse(address)
        return reply

    def _fetch(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> HttpReply:
        try:
            return fetch(method, url, headers, body, seconds=30)
        except Unreachable:
            before = self.endpoint
            self.control("status")  # starts the sandbox again if it had stopped
            if self.endpoint == before:
                raise
            return fetch(method, url, headers, body, seconds=30)

    def _refuse(self, url: str) -> None:
        """Where the gateway shows a page that names the rule in the way, AWS gives no answer at all."""
        visited = _VISITED.match(url)
        if not visited:
            return
        verdict = self.control("reach", ip=visited[1].strip("[]"), port=int(visited[2]))
        if not verdict["passed"]:
            raise Unreachable(f"no answer from http://{visited[1]}:{visited[2]}/.\n  seen: {verdict['text']}")

    def stream(self, url: str) -> MessageStream:
        return cast(MessageStream, (self.endpoint.stream or WebSocketStream)(url))

    def registry_url(self, host: str) -> str:
        return f"{self.endpoint.url.rstrip('/')}/v2/{host}"

    # Time ---------------------------------------------------------------------------------------------------

    def control(self, verb: str, **body: object) -> ControlReply:
        try:
            try:
                return ControlReply(self.endpoint.control(verb, **body))
            except (OSError, json.JSONDecodeError):
                self._start_again()
                return ControlReply(self.endpoint.control(verb, **body))
        except SandboxError as refusal:
            raise CannotBeDone(str(refusal)) from None

    def now(self) -> float:
        status = self.control("status")
        self._clock = status["clock"]
        self._say_new(status.get("notices", []))
        return float(self._clock["now"])

    def _say_new(self, notices: list[str]) -> None:
        """Say what the sandbox noted since the last time: above all, for how long its clock stood still."""
        known = self._notices
        if known is not None and notices != known:
            first = len(known) if notices[: len(known)] == known else len(notices) - 1
            for notice in notices[first:]:
                say(notice)
        self._notices = notices

    @property
    def eventual(self) -> bool:
        return bool(self.control("status").get("eventual"))

    @property
    def stepped(self) -> bool:
        if not self._clock:
            self.now()
        return bool(self._clock["mode"] == "stepped")

    def aws_time(self) -> AwsTime:
        self.now()
        clock = self._clock
        if self.stepped:
            return AwsTime(clock["time"])
        speed = 0.0 if clock["paused"] else float(clock["rate"]) * self._times_faster
        return AwsTime(clock["time"], speed, clock["hurries"])

    def hurry(self, times: float) -> None:
        self._times_faster = times

    def pass_time(self, seconds: float, most: float) -> float:
        if self.stepped:
            return float(self.control("advance", to_next=True, seconds=most)["moved"])
        self.now()  # speed and pause may have changed
        rate = 0.0 if self._clock.get("paused") else float(self._clock["rate"])
        seconds = min(seconds, most / rate) if rate else seconds
        time.sleep(seconds)  # the clock itself moves with the next call: asking what it shows is none
        return seconds * rate

    def close(self) -> None:
        self.endpoint.close()


class _Raw(BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _is_lost_connection(error: Exception) -> bool:
    from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError

    if isinstance(error, ReadTimeoutError):
        return False
    return isinstance(error, (*_NEVER_ARRIVED, ConnectionClosedError, HTTPClientError, ConnectionError))
