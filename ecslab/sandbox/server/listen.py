"""The two ports of a sandbox: the AWS API with the registry, and the gateway. On 127.0.0.1 only."""

import http
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.workers.threadpool import ThreadPool

from ecslab.sandbox.sandbox import Sandbox
from ecslab.sandbox.server.http import Incoming, Reply, Unreadable, read
from ecslab.sandbox.server.operation import refusal

HOST: Final = "127.0.0.1"
THREADS: Final = 8
MOST_THREADS: Final = 200
_PHRASES: Final = {status.value: status.phrase for status in http.HTTPStatus}
Answer = Callable[[Mapping[str, Any]], Reply]


class _ProxyRequest(HTTPRequest):
    def __init__(self, server: Any, connection: Any):
        super().__init__(server, connection, proxy_mode=True)


class _ProxyConnection(HTTPConnection):
    """Takes requests whose line holds a whole address, as a proxy's do."""

    RequestHandlerClass = _ProxyRequest


class _Crew(ThreadPool):
    """One thread more for a connection that finds none free: a client that sends slowly holds up itself."""

    def put(self, obj: Any) -> None:
        if self.qsize >= self.idle:
            self.grow(1)
        super().put(obj)


class Listener:
    """One port, and who answers there.

    Args:
        answer: a WSGI environ in; status, headers and body out.
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


def api(sandbox: Sandbox) -> Answer:
    """Who answers on the port of the AWS API."""
    return lambda environ: _answered(environ, sandbox.answer)


def gateway(sandbox: Sandbox) -> Answer:
    """Who answers on the gateway's port."""

    def answer(environ: Mapping[str, Any]) -> Reply:
        def passed(request: Incoming) -> Reply:
            return sandbox.gateway.answer(environ.get("REQUEST_URI") or request.path, request)

        return _answered(environ, passed)

    return answer


def _answered(environ: Mapping[str, Any], answer: Callable[[Incoming], Reply]) -> Reply:
    try:
        request = read(environ)
    except Unreadable as problem:
        return refusal(problem, problem.request)
    return answer(request)


def _bound(application: Any, port: int, proxy: bool) -> Any:
    for wanted in (port, *(_free_port() for _ in range(5))):
        if not wanted:
            continue
        server = wsgi.Server(
            (HOST, wanted), application, numthreads=THREADS, server_name="ecslab", request_queue_size=64,
            timeout=60, shutdown_timeout=1,
        )  # fmt: skip
        server.ConnectionClass = _ProxyConnection if proxy else HTTPConnection
        server.keep_alive_conn_limit = 64
        server.requests = _Crew(server, min=THREADS, max=MOST_THREADS)
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


def _application(answer: Answer) -> Any:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status, headers, body = answer(environ)
        lower = {name.lower() for name in headers}
        if "content-length" not in lower:
            headers = {**headers, "Content-Length": str(len(body))}
        start_response(f"{status} {_PHRASES.get(status, 'Status')}", list(headers.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return application
