"""Streams of messages, which is how a session in a container is spoken to."""

from typing import Protocol

from ecslab.errors import Unreachable


class MessageStream(Protocol):
    """Both ends send messages, text or binary."""

    def send(self, data: str | bytes) -> None:
        """Send a message."""

    def receive(self, seconds: float) -> bytes | None:
        """The next message; None if none comes within so many wall seconds.

        Raises:
            EOFError: the far end has closed.
        """

    def close(self) -> None:
        """Let go of it; without effect the second time."""


class WebSocketStream:
    """A stream over a WebSocket.

    Args:
        url: `ws://…` or `wss://…`.

    Raises:
        Unreachable: nobody answers there, or not with a WebSocket.
    """

    def __init__(self, url: str):
        import websocket  # only who steps into a container needs it

        try:
            self._socket = websocket.create_connection(url, timeout=20, suppress_origin=True)
        except (OSError, websocket.WebSocketException) as problem:
            where = url.partition("?")[0]
            raise Unreachable(f"no session at {where}.\n  seen: {problem}") from None

    def send(self, data: str | bytes) -> None:
        from websocket import ABNF, WebSocketException

        try:
            self._socket.send(data, ABNF.OPCODE_TEXT if isinstance(data, str) else ABNF.OPCODE_BINARY)
        except (OSError, WebSocketException):
            raise EOFError from None

    def receive(self, seconds: float) -> bytes | None:
        from websocket import WebSocketException, WebSocketTimeoutException

        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv()
        except WebSocketTimeoutException:
            return None
        except (OSError, WebSocketException):
            raise EOFError from None
        if not data:
            raise EOFError
        return data.encode() if isinstance(data, str) else bytes(data)

    def close(self) -> None:
        self._socket.close()
