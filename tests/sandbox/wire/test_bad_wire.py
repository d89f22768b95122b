"""What comes over the sockets and is no HTTP, or breaks off: a 4xx, and a server that serves the next one."""

import contextlib
import socket
import threading

import pytest
from aws_client import Aws

CHUNKED = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BAD = {
    "no HTTP": b"\x00\x01\xff\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 100,
    "another protocol": b"get / smtp/1.1\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nnone\r\n\r\n",
    "bytes in the address": b"GET /\xe9\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "escapes that are none": b"GET /%zz%ff%00/../..//x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a signature of other bytes": POST + b"Authorization: AWS4-HMAC-SHA256 Credential=\xff/\xe9/us-east-1/"
    b"ecs/aws4_request, SignedHeaders=host, Signature=\xff\xe9\r\nContent-Length: 0\r\n\r\n",
    "a length of letters": POST + b"Content-Length: abc\r\n\r\n{}",
    "a length below zero": POST + b"Content-Length: -5\r\n\r\n{}",
    "a length that is not reached": POST + b"Content-Length: 50\r\n\r\n{}",
    "a chunk that breaks off": CHUNKED + b"10\r\nabc",
    "a chunk of no number": CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "a chunk below zero": CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n",
    "a chunk of a terabyte": CHUNKED + b"ffffffffff\r\nabc\r\n",
    "a chunk longer than it says": CHUNKED + b"2\r\n{}XX",
    "a header of half a megabyte": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 500_000 + b"\r\n\r\n",
}


def answer_to(port, data):
    """All that is answered to these bytes, sent and broken off."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(data)
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := wire.recv(65536):
                answer += piece
    return answer


@pytest.fixture(scope="module")
def ports(server):
    return {"api": int(server.url.rpartition(":")[2]), "gateway": server.gateway_port}


@pytest.mark.parametrize("door", ["api", "gateway"])
@pytest.mark.parametrize("what", BAD)
def test_it_is_refused(ports, door, what):
    assert answer_to(ports[door], BAD[what])[:10] == b"HTTP/1.1 4"


def test_who_sends_slowly_holds_up_nobody_else(ports, server):
    begun = POST + b"Content-Length: 10\r\n\r\nab"
    with contextlib.ExitStack() as open_ones:
        for port in ports.values():
            for _ in range(20):
                wire = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
                wire.sendall(begun)
        assert server.control("status")["position"] > 0
        page = answer_to(ports["gateway"], b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert page.startswith(b"HTTP/1.1 204")


def test_it_serves_many_at_once_after_all_that(server, home):
    answers = []

    def ask():
        answers.append(Aws(server).ecs.list_clusters()["clusterArns"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [[]] * 4
    assert "Traceback" not in (home / "sandbox" / "server.log").read_text()
