"""Control calls of a thread share a connection, while it is there."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ecslab.sandbox.endpoint import Endpoint


@contextmanager
def server(closes=False):
    """It counts its connections; with `closes` each ends after an answer that does not say so."""
    connections, ended = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            connections.append(threading.get_ident())
            super().setup()

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            self.close_connection = closes

        def log_message(self, *_):
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def shutdown_request(self, request):
            super().shutdown_request(request)
            ended.set()

    with Server(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        endpoint = Endpoint(
            url=f"http://127.0.0.1:{served.server_port}", access_key="a", secret_key="s", region="us-east-1",
            account="1" * 12, gateway_url="http://127.0.0.1:1", gateway_port=1, gateway_secret="g", pid=1,
        )  # fmt: skip
        try:
            yield endpoint, connections, ended
        finally:
            served.shutdown()
            thread.join()


def test_the_connection_of_the_last_call_is_used_again():
    with server() as (endpoint, connections, _):
        for _ in range(3):
            assert endpoint.control("status") == {}
        assert len(connections) == 1


def test_one_that_was_closed_over_there_is_not():
    with server(closes=True) as (endpoint, connections, ended):
        for _ in range(3):
            ended.clear()
            assert endpoint.control("status") == {}
            assert ended.wait(10)
        assert len(connections) == 3


def test_each_thread_has_its_own():
    with server() as (endpoint, connections, _):
        endpoint.control("status")
        other = threading.Thread(target=endpoint.control, args=("status",))
        other.start()
        other.join()
        endpoint.control("status")
        assert len(connections) == 2


def test_nobody_there_is_said_as_before():
    with server() as (endpoint, _, _):
        endpoint.control("status")
    with pytest.raises(OSError):
        Endpoint(**{**vars(endpoint), "url": "http://127.0.0.1:1"}).control("status")
