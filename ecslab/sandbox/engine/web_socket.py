"""WebSockets on a port of the sandbox: wsproto knows the protocol; this knows how much and how long.

https://www.rfc-editor.org/rfc/rfc6455
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Protocol

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from ecslab.aws_api.data_channel import LARGEST
from ecslab.sandbox.wire.limits import Patience

_PIECE: Final = 64 << 10
_NORMAL, _PROTOCOL_ERROR, _REFUSED, _TOO_LARGE = 1000, 1002, 1008, 1009


class Stream(Protocol):
    """Who answers a WebSocket's messages. Its methods are called one after the other, in threads.

    Attributes:
        known: whether the client has shown who it is; until then it has not much time.
        over: whether nothing more is said.
        interval: seconds after which `due` is asked, if nothing comes.
    """

    known: bool
    over: bool
    interval: float

    def received(self, data: str | bytes) -> list[bytes]:
        """Take a message; those to send."""

    def due(self) -> list[bytes]:
        """The messages to send though none came."""

    def left(self) -> None:
        """Learn that the client is gone."""


class WebSocket:
    """One client.

    Args:
        in_thread: runs what may wait for the sandbox.
    """

    def __init__(
        self, stream: Stream, patience: Patience, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        in_thread: Callable[..., Awaitable[list[bytes]]],
    ):  # fmt: skip
        self._stream, self._patience = stream, patience
        self._reader, self._writer, self._in_thread = reader, writer, in_thread
        self._socket = WSConnection(ConnectionType.SERVER)
        self._parts: list[str | bytes] = []

    async def serve(self, headers: list[tuple[bytes, bytes]], target: str, came_along: bytes) -> None:
        """Speak to a client whose request asked for a WebSocket, until either side has had enough."""
        reading: asyncio.Task[bytes] | None = None
        try:
            self._socket.initiate_upgrade_connection(headers, target)
            await self._receive(came_along)
            late = asyncio.get_running_loop().time() + self._patience.head
            while not self._stream.over:
                reading = reading or asyncio.ensure_future(self._reader.read(_PIECE))
                await asyncio.wait({reading}, timeout=self._stream.interval)
                if reading.done():
                    data, reading = reading.result(), None
                    if not data or not await self._receive(data):
                        return
                else:
                    await self._send_all(await self._in_thread(self._stream.due))
                if not self._stream.known and asyncio.get_running_loop().time() > late:
                    break
            await self._close(_NORMAL if self._stream.known else _REFUSED)
        except RemoteProtocolError:
            await self._close(_PROTOCOL_ERROR)
        except (OSError, LocalProtocolError):
            pass  # the client is gone, or has closed
        finally:
            if reading is not None:
                reading.cancel()
            self._stream.left()

    async def _receive(self, data: bytes) -> bool:
        """Handle what came; whether there may be more."""
        if data:
            self._socket.receive_data(data)
        for event in self._socket.events():
            if isinstance(event, CloseConnection):
                await self._write(event.response())
                return False
            for message in self._answered(event):
                if message is None:
                    await self._close(_TOO_LARGE)
                    return False
                await self._send_all(await self._in_thread(self._stream.received, message))
            if isinstance(event, Request):
                await self._write(AcceptConnection())
            elif isinstance(event, Ping):
                await self._write(event.response())
        return True

    def _answered(self, event: Event) -> Iterator[str | bytes | None]:
        """The message that is whole with an event; None for one that is too large."""
        if not isinstance(event, TextMessage | BytesMessage):
            return
        self._parts.append(event.data if isinstance(event, TextMessage) else bytes(event.data))
        if sum(map(len, self._parts)) > LARGEST:
            yield None
        elif event.message_finished:
            empty: str | bytes = "" if isinstance(event, TextMessage) else b""
            message = empty.join(self._parts)  # type: ignore[arg-type]  # all parts are of one kind
            self._parts = []
            yield message

    async def _send_all(self, messages: list[bytes]) -> None:
        for message in messages:
            await self._write(BytesMessage(data=message))

    async def _write(self, event: Event) -> None:
        """Send, and wait until the client takes it; OSError if it does not."""
        self._writer.write(self._socket.send(event))
        try:
            async with asyncio.timeout(self._patience.answer):
                await self._writer.drain()
        except TimeoutError:
            raise ConnectionError("the client does not take what it is sent") from None

    async def _close(self, code: int) -> None:
        with contextlib.suppress(OSError, LocalProtocolError):
            await self._write(CloseConnection(code=code))
