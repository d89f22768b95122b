"""One client's connection: heads are judged before bodies are read, and nobody may take for ever.

h11 knows the protocol; this knows how much and how long. Nothing blocks here: answers come from threads.
"""

import asyncio
import contextlib
import functools
import http
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import h11

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import limits
from ecslab.sandbox.wire.body import Body
from ecslab.sandbox.wire.refusal import internal_failure, refusal
from ecslab.sandbox.wire.request import fitting, head_of, too_large
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from ecslab.sandbox.engine.web_socket import Stream

_PHRASES: Final = {status.value: status.phrase.encode() for status in http.HTTPStatus}
_PIECE: Final = 64 << 10  # bytes read at once
_LINGER: Final = (1 << 20, 1.0)  # bytes and seconds for which a client that was refused is listened to
_CONTINUE: Final = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Host:
    """Who answers at a port.

    Args:
        admit: judges a head: how many bytes its body may have, or the refusal.
        answer: answers the whole request. Both are given the target as the request line has it, in a thread.
        at_once: answers what takes no time, without a thread; None leaves it to `answer`.
        proxy: let whole addresses stand in the request line.
        spool: the folder through which layers go; None keeps them in memory.
        stream: who answers a WebSocket that a head asks for; AwsError refuses it. None: nobody.
    """

    admit: Callable[[HttpRequest, str], int | HttpResponse]
    answer: Callable[[HttpRequest, str], HttpResponse]
    at_once: Callable[[HttpRequest], HttpResponse | None] = lambda _request: None
    proxy: bool = False
    spool: Path | None = None
    stream: "Callable[[HttpRequest], Stream] | None" = None


class Connection:
    """Serves one client, request by request.

    `waiting_since` is when the client was last owed nothing; None while somebody answers it. `welcome` says
    whether its last request was a good one, as a stranger's never is.
    """

    def __init__(
        self, host: Host, patience: limits.Patience, reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ):  # fmt: skip
        self.waiting_since: float | None = time.monotonic()
        self.welcome = False
        self._host, self._patience, self._reader, self._writer = host, patience, reader, writer
        self._kept: list[bytes] = []
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.HEAD)

    async def serve(self) -> None:
        """Serve until either side has had enough."""
        try:
            while await self._exchange():
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as problem:
            await self._refuse_plainly(problem.error_status_hint, str(problem))
        except TimeoutError:
            if self._http.their_state is not h11.IDLE or self._http.trailing_data[0]:
                await self._refuse_plainly(408, "The request took too long to arrive.")
        except h11.LocalProtocolError as failure:  # an answer that is no HTTP, half sent
            internal_failure(failure)
        except OSError:
            pass  # the client is gone
        finally:
            await self._close()

    def hang_up(self) -> None:
        """Close it, whatever the client is about to send."""
        self._writer.transport.abort()

    # Reading ------------------------------------------------------------------------------------------------

    async def _exchange(self) -> bool:
        """One request and its answer; whether there may be another."""
        async with asyncio.timeout(self._patience.head):
            event = await self._event()
        if not isinstance(event, h11.Request):
            return False
        head, target = head_of(event), event.target.decode("ascii")
        if not self._host.proxy and not target.startswith("/"):
            raise h11.RemoteProtocolError("a request target begins with /")
        if self._host.stream is not None and head.headers.get("upgrade", "").lower() == "websocket":
            return await self._speak(head, event, self._host.stream)
        response, body = None, self._came_along()
        if body is not None:
            response = self._at_once(replace(head, body=body))
        else:
            admitted = await self._in_thread(head, self._host.admit, head, target)
            if isinstance(admitted, HttpResponse):
                return await self._send_and_part(head, admitted)
            try:
                body = await self._body(fitting(head, admitted))
            except AwsError as problem:
                return await self._send_and_part(head, refusal(problem, head))
        if response is None:
            response = await self._in_thread(head, self._host.answer, replace(head, body=body), target)
        self.welcome = response.status < 400
        await self._send(head, response)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _speak(
        self, head: HttpRequest, event: h11.Request, stream: "Callable[[HttpRequest], Stream]"
    ) -> bool:
        """Speak with a client through a WebSocket, after which there is nothing more."""
        from ecslab.sandbox.engine.web_socket import WebSocket

        opened = await self._in_thread(head, lambda request, _: _opened(stream, request), head, "")
        if isinstance(opened, HttpResponse):
            return await self._send_and_part(head, opened)
        speaker = opened
        self._came_along()

        async def asked(do: Callable[..., list[bytes]], *given: object) -> list[bytes]:
            try:
                return await asyncio.get_running_loop().run_in_executor(None, do, *given)
            finally:
                self.welcome, self.waiting_since = speaker.known, time.monotonic()

        socket = WebSocket(speaker, self._patience, self._reader, self._writer, asked)
        await socket.serve(list(event.headers), event.target.decode("ascii"), self._http.trailing_data[0])
        await self._linger()
        return False

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        """The next event, read for if it is not there."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_PIECE))
        return event  # type: ignore[return-value]  # NEED_DATA was excluded

    def _came_along(self) -> bytes | None:
        """The body, if it came with the head; None if it would have to be read for."""
        self._kept = []
        while isinstance(event := self._http.next_event(), h11.Data):
            self._kept.append(bytes(event.data))
        return b"".join(self._kept) if isinstance(event, h11.EndOfMessage) else None

    async def _body(self, limit: int) -> bytes:
        """The whole body, of which `_came_along` has kept the beginning."""
        if self._http.they_are_waiting_for_100_continue:
            self._write(_CONTINUE)
        body = Body(self._host.spool if limit == limits.LAYER else None)
        for data in self._kept:
            body.add(data)
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience.body
        async with asyncio.timeout_at(end) as timer:
            while body.size <= limit and isinstance(event := await self._event(), h11.Data):
                body.add(bytes(event.data))
                timer.reschedule(end + body.size / self._patience.slowest)
        if body.size > limit:
            raise too_large(limit)
        return body.whole()

    # Answering ----------------------------------------------------------------------------------------------

    def _at_once(self, request: HttpRequest) -> HttpResponse | None:
        try:
            response = self._host.at_once(request)
        except Exception as failure:
            response = refusal(internal_failure(failure), request)
        if response is not None:
            self.waiting_since = time.monotonic()
        return response

    async def _in_thread(
        self, head: HttpRequest, do: Callable[[HttpRequest, str], _Result], request: HttpRequest, target: str
    ) -> _Result | HttpResponse:
        self.waiting_since = None
        try:
            return await asyncio.get_running_loop().run_in_executor(None, do, request, target)
        except Exception as failure:
            return refusal(internal_failure(failure), head)
        finally:
            self.waiting_since = time.monotonic()

    async def _send(self, head: HttpRequest, response: HttpResponse, *, last: bool = False) -> None:
        headers = _headers(response.headers, len(response.body), last)
        reason = _PHRASES.get(response.status, b"Status")
        body = b"" if head.method == "HEAD" else response.body
        start = h11.Response(status_code=response.status, headers=headers, reason=reason)
        self._write(start, *([h11.Data(data=body)] if body else []), h11.EndOfMessage())
        if not self._writer.transport.get_write_buffer_size():
            return
        try:
            async with asyncio.timeout(self._patience.answer + len(response.body) / self._patience.slowest):
                await self._writer.drain()
        except TimeoutError:
            self.hang_up()
            raise ConnectionError("the client does not take its answer") from None

    async def _send_and_part(self, head: HttpRequest, response: HttpResponse) -> bool:
        """Answer a request whose body stays unread, and part from the client."""
        await self._send(head, response, last=True)
        await self._linger()
        return False

    async def _close(self) -> None:
        """Let the client have what was written, if it takes it."""
        self._writer.close()
        try:
            async with asyncio.timeout(self._patience.answer):
                await self._writer.wait_closed()
        except OSError:  # it does not take it, or is gone
            self.hang_up()

    async def _refuse_plainly(self, status: int, sentence: str) -> None:
        """Answer what is no request."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        head = HttpRequest()
        response = HttpResponse(status, {"Content-Type": "text/plain; charset=utf-8"}, sentence.encode())
        with contextlib.suppress(OSError, h11.LocalProtocolError):
            await self._send_and_part(head, response)

    async def _linger(self) -> None:
        """Let the client finish a little of what it was sending: else it may never see the answer."""
        most, seconds = _LINGER
        with contextlib.suppress(TimeoutError, OSError):
            self._writer.write_eof()
            async with asyncio.timeout(seconds):
                while most > 0 and (piece := await self._reader.read(_PIECE)):
                    most -= len(piece)

    def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))


def _opened(stream: "Callable[[HttpRequest], Stream]", request: HttpRequest) -> "Stream | HttpResponse":
    try:
        return stream(request)
    except AwsError as problem:
        return refusal(problem, request)


def _headers(given: Mapping[str, str], length: int, last: bool) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in given.items()]
    names = {name.lower() for name, _ in headers}
    if b"content-length" not in names:
        headers.append((b"Content-Length", str(length).encode()))
    if b"server" not in names:
        headers.append((b"Server", b"ecslab"))
    if b"date" not in names:
        headers.append((b"Date", _date(int(time.time()))))
    if last:
        headers.append((b"Connection", b"close"))
    return headers


@functools.lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
