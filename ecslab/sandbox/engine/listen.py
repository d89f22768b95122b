"""The two ports of a sandbox: the AWS API with the registry, and the gateway. On 127.0.0.1 only."""

import http
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest, HTTPServer
from cheroot.workers.threadpool import ThreadPool

from ecslab.sandbox.engine import api
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.refusal import refusal
from ecslab.sandbox.wire.request import Unreadable, read

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST: Final = "127.0.0.1"
THREADS: Final = 8
MOST_THREADS: Final = 200
_PHRASES: Final = {status.value: status.phrase for status in http.HTTPStatus}
Answer = Callable[[HttpRequest, str], HttpResponse]
"""Request, and its target as the request line has it: whole, or a path."""


class _ProxyRequest(HTTPRequest):
    def __init__(self, server: HTTPServer, connection: HTTPConnection):
        super().__init__(server, connection, proxy_mode=True)


class _ProxyConnection(HTTPConnection):
    """Takes requests whose line holds a whole address, as a proxy's do."""

    RequestHandlerClass = _ProxyRequest


class _GrowingPool(ThreadPool):
    """One thread more for a connection that finds none free: a client that sends slowly holds up itself."""

    def put(self, obj: HTTPConnection) -> None:
        if self.qsize >= self.idle:
            self.grow(1)
        super().put(obj)


class Listener:
    """One port, and who answers there.

    Args:
        answer: whoever answers there.
        port: taken if it is free; another is found if it is not.
        proxy: let whole addresses stand in the request line.
    """

    def __init__(self, answer: Answer, port: int = 0, *, proxy: bool = False):
        self._server = _bound(_application(answer), port, proxy)
        self.port = int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Answer from now on, in threads of its own."""
        threading.Thread(target=self._server.serve, daemon=True).start()

    def stop(self) -> None:
        self._server.stop()


def api_port(sandbox: Sandbox, port: int = 0) -> Listener:
    """The port of the AWS API."""
    return Listener(lambda request, _target: api.answer(sandbox, request), port)


def gateway_port(sandbox: Sandbox, port: int = 0) -> Listener:
    """The gateway's port."""
    return Listener(lambda request, target: sandbox.gateway.answer(target, request), port, proxy=True)


def _bound(application: "WSGIApplication", port: int, proxy: bool) -> wsgi.Server:
    for wanted in (port, *(_free_port() for _ in range(5))):
        if not wanted:
            continue
        server = wsgi.Server(
            (HOST, wanted), application, numthreads=THREADS, server_name="ecslab", request_queue_size=64,
            timeout=60, shutdown_timeout=1,
        )  # fmt: skip
        server.ConnectionClass = _ProxyConnection if proxy else HTTPConnection
        server.keep_alive_conn_limit = 64
        server.requests = _GrowingPool(server, min=THREADS, max=MOST_THREADS)
        try:
            server.prepare()
        except OSError:
            continue
        return server
    raise OSError(f"no port on {HOST} can be listened on")


def _free_port() -> int:
    """A port chosen before it is bound: only then may a later process bind it again at once."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _application(answer: Answer) -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            request = read(environ)
            response = answer(request, environ.get("REQUEST_URI") or request.path)
        except Unreadable as problem:
            response = refusal(problem, problem.request)
        headers = list(response.headers.items())
        if "content-length" not in {name.lower() for name in response.headers}:
            headers.append(("Content-Length", str(len(response.body))))
        start_response(f"{response.status} {_PHRASES.get(response.status, 'Status')}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    return application
