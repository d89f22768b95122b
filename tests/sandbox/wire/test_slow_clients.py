"""Clients that send slowly, or nothing, or take nothing, lose their place; nobody else waits for them."""

import contextlib
import socket
import time

import pytest
from aws_client import Aws

from ecslab.sandbox.engine.connection import Host
from ecslab.sandbox.engine.listen import Listener
from ecslab.sandbox.http_message import HttpResponse
from ecslab.sandbox.wire.limits import Patience

MANY = 250
LARGE = bytes(8 << 20)
PAGE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SLOW = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half a head": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",
    "half a body": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nab",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab",
}


def answer(request, _target):
    return HttpResponse(200, {}, LARGE if request.path == "/large" else request.body)


@pytest.fixture
def listen():
    """Starts a port with little patience, whose bodies are welcome."""
    with contextlib.ExitStack() as stack:

        def started(**patience):
            few = {"head": 0.15, "body": 0.15, "answer": 0.15, "connections": 10, **patience}
            listener = Listener(Host(lambda _head, _target: 1 << 30, answer), patience=Patience(**few))
            listener.start()
            stack.callback(listener.stop)
            return listener.port

        yield started


def opened(port, data=b""):
    wire = socket.create_connection(("127.0.0.1", port), timeout=5)
    wire.sendall(data)
    return wire


def all_of(wire):
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := wire.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("what", SLOW)
def test_who_takes_too_long_is_left(listen, what):
    with opened(listen(), SLOW[what]) as wire:
        assert all_of(wire)[9:12] == (b"" if what == "nothing" else b"408")


def test_one_byte_now_and_then_is_no_excuse(listen):
    with opened(listen(), SLOW["half a head"]) as wire:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 5:
                wire.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() - began < 3


def test_a_large_body_has_the_time_that_its_size_takes(listen):
    port = listen(slowest=1000)
    with opened(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1600\r\n\r\n") as wire:
        for _ in range(16):  # 1,600 bytes have 1.75 s
            wire.sendall(b"x" * 100)
            time.sleep(0.02)
        assert wire.recv(15) == b"HTTP/1.1 200 OK"


def test_who_does_not_take_the_answer_is_left(listen):
    port = listen(slowest=1 << 30, connections=1)
    with opened(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n") as wire:
        time.sleep(1.5)  # on a busy machine the listener is not asked at once
        assert len(all_of(wire)) < len(LARGE)


def test_one_more_takes_the_place_of_the_one_that_waits_longest(listen):
    port = listen(head=60.0)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(opened(port, SLOW["half a head"])) for _ in range(10)]
        wires[0].sendall(b"x: y\r\n\r\n")
        assert wires[0].recv(15) == b"HTTP/1.1 200 OK"  # so the second waits longest
        with opened(port, PAGE) as late:
            assert late.recv(15) == b"HTTP/1.1 200 OK"
        assert all_of(wires[1]) == b""
        wires[2].sendall(b"x: y\r\n\r\n")
        assert wires[2].recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("door", ["api", "gateway"])
@pytest.mark.parametrize("what", SLOW)
def test_so_many_delay_nobody(server, door, what):
    port = server.gateway_port if door == "gateway" else int(server.url.rpartition(":")[2])
    aws = Aws(server)
    aws.ecs.list_clusters()
    with contextlib.ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(opened(port, SLOW[what]))
        began = time.monotonic()
        assert aws.ecs.list_clusters()["clusterArns"] == []
        with opened(server.gateway_port, PAGE) as wire:
            assert wire.recv(65536).startswith(b"HTTP/1.1 204")
        assert time.monotonic() - began < 2
