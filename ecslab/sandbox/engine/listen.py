"""The two ports of a sandbox: the AWS API with the registry, and the gateway. On 127.0.0.1 only."""

import asyncio
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ecslab.sandbox.engine import api
from ecslab.sandbox.engine.connection import Connection, Host
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.wire.limits import Patience

HOST: Final = "127.0.0.1"
_THREADS: Final = 8  # that answer; most of them wait for the sandbox's one lock
_BACKLOG: Final = 256
_PARTING: Final = 1.0  # seconds in which those who are being answered are still served at the end
_REFUSED: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Listener:
    """One port, served from a thread of its own.

    Args:
        host: whoever answers there.
        port: taken if it is free; another is found if it is not.
        patience: how long and how many.
    """

    def __init__(self, host: Host, port: int = 0, patience: Patience | None = None):
        self._host, self._patience = host, patience or _patience()
        self._socket = _bound(port)
        self.port = int(self._socket.getsockname()[1])
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._loop = asyncio.SelectorEventLoop()
        self._loop.set_default_executor(ThreadPoolExecutor(_THREADS, f"ecslab-{self.port}"))
        self._thread = threading.Thread(target=self._run, name=f"ecslab-port-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; who is being answered gets the answer."""
        asyncio.run_coroutine_threadsafe(self._part(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=self._socket, backlog=_BACKLOG)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._patience.connections and not self._make_room():
            writer.write(_REFUSED)
            writer.close()
            return
        connection = Connection(self._host, self._patience, reader, writer)
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            await connection.serve()
        finally:
            self._open.pop(connection, None)

    def _make_room(self) -> bool:
        """Close the connection that has been waiting longest for its client; False if none is.

        One that sent good requests before is the last to go.
        """
        waiting = [connection for connection in self._open if connection.waiting_since is not None]
        if not waiting:
            return False
        longest = min(waiting, key=lambda connection: (connection.welcome, connection.waiting_since))
        longest.hang_up()
        self._open.pop(longest)
        return True

    async def _part(self) -> None:
        self._server.close()
        for connection in list(self._open):
            if connection.waiting_since is not None:
                connection.hang_up()
        if self._open:
            await asyncio.wait(self._open.values(), timeout=_PARTING)
        for connection in list(self._open):
            connection.hang_up()


def api_port(sandbox: Sandbox, port: int = 0, patience: Patience | None = None) -> Listener:
    """The port of the AWS API."""
    host = Host(
        lambda head, _: api.admit(sandbox, head),
        lambda request, _: api.answer(sandbox, request),
        lambda request: api.answer_at_once(sandbox, request),
        spool=sandbox.folder,
        stream=lambda request: sandbox.channels.channel(request),
    )
    return Listener(host, port, patience)


def gateway_port(sandbox: Sandbox, port: int = 0, patience: Patience | None = None) -> Listener:
    """The gateway's port."""
    gateway = sandbox.gateway
    host = Host(
        lambda head, target: gateway.admit(target, head),
        lambda request, target: gateway.answer(target, request),
        proxy=True,
    )
    return Listener(host, port, patience)


def _bound(port: int) -> socket.socket:
    """A socket at `port`, or at another one if that is taken."""
    for wanted in (port, *(_free_port() for _ in range(5))):
        if not wanted:
            continue
        bound = socket.socket(proto=socket.IPPROTO_TCP)  # named, for only then does asyncio set TCP_NODELAY
        try:
            if os.name == "posix":  # a port that was let go of a moment ago is free
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((HOST, wanted))
            bound.listen(_BACKLOG)
        except OSError:
            bound.close()
            continue
        return bound
    raise OSError(f"no port on {HOST} can be listened on")


def _free_port() -> int:
    """A port chosen before it is bound: only then may a later process bind it again at once."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _patience() -> Patience:
    """The usual one, with no more connections than a third of the files this process may open."""
    if sys.platform == "win32":
        return Patience()
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Patience(connections=max(16, min(Patience().connections, files // 3)))
