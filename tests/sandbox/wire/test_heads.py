"""Who asks, and for how much, is judged by a request's head, before any of its body is read."""

import base64
import contextlib
import hashlib
import http.client
import re
import socket
import threading
import time
from pathlib import Path

import pytest

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import limits, signature

LARGE = 900 << 20
MEMORY = 5 << 10  # KiB
TARGET = {"x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
          "content-type": "application/x-amz-json-1.1"}  # fmt: skip


@pytest.fixture(scope="module")
def ports(server):
    return {"api": int(server.url.rpartition(":")[2]), "gateway": server.gateway_port}


def head(method, target, headers):
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def signed(server, length, service="ecs", body=b"", path="/", **headers):
    """A head that is signed for `body`, and announces `length` bytes."""
    request = HttpRequest("POST", path, "", {"host": server.host, **TARGET, **headers}, body)
    key = signature.Key(server.access_key, server.secret_key)
    return signature.sign(request, key, "us-east-1", service, time.time()) | {"Content-Length": length}


def poured(port, first, piece, most=LARGE):
    """What is answered to somebody who goes on sending, and how many bytes were taken from them."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        with contextlib.suppress(OSError):
            wire.sendall(first)
            while sent < most:
                wire.sendall(piece)
                sent += len(piece)
        answer = b""
        with contextlib.suppress(OSError):
            while received := wire.recv(65536):
                answer += received
    return answer, sent


def peak(server):
    """The most memory its process has ever had, in KiB."""
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1])


@pytest.fixture(scope="module")
def used(aws, ports):
    """All that is imported at the first call of its kind is."""
    for look in (aws.ecs.list_clusters, aws.ec2.describe_vpcs, aws.ecr.describe_repositories,
                 aws.iam.list_roles, aws.logs.describe_log_groups,
                 aws.client("elbv2").describe_target_groups):  # fmt: skip
        look()
    for door, target, headers, _ in STRANGERS.values():
        poured(ports[door], head("POST", target, headers), b"", 0)


HOST = {"Host": "127.0.0.1"}
CHUNK = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
STRANGERS = {
    "unsigned": ("api", "/", HOST | TARGET | {"Content-Length": LARGE}, 403),
    "unsigned, in chunks": ("api", "/", HOST | TARGET | {"Transfer-Encoding": "chunked"}, 403),
    "of another host": ("api", "/", {"Host": "evil.example", "Content-Length": LARGE}, 403),
    "of a web page": ("api", "/", HOST | {"Origin": "http://evil.example", "Content-Length": LARGE}, 403),
    "a push without a token": ("api", "/v2/a/blobs/uploads/1", HOST | {"Content-Length": LARGE}, 401),
    "a push to a public image":
        ("api", "/v2/public.ecr.aws/nginx/nginx/blobs/uploads/1", HOST | {"Content-Length": LARGE}, 405),
    "a page without the secret": ("gateway", "/guess/203.0.113.9:80/", HOST | {"Content-Length": LARGE}, 404),
    "a proxy's client without the password":
        ("gateway", "http://203.0.113.9/", HOST | {"Content-Length": LARGE}, 407),
}  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_strangers_leave_no_trace_in_memory(server, ports, used):
    before = peak(server)
    for door, target, headers, status in STRANGERS.values():
        piece = CHUNK if "Transfer-Encoding" in headers else bytes(1 << 20)
        answer, sent = poured(ports[door], head("POST", target, headers), piece)
        assert answer.startswith(b"HTTP/1.1 %d " % status) or not answer  # reset, with nothing read
        assert sent < 16 << 20  # of which most lies in the kernel
    assert peak(server) - before <= MEMORY


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_nor_do_four_at_once(server, ports, used):
    before = peak(server)
    first = head("POST", "/", STRANGERS["unsigned"][2])
    threads = [threading.Thread(target=poured, args=(ports["api"], first, bytes(1 << 20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert peak(server) - before <= MEMORY


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_who_waits_for_the_word_hears_no(ports, stranger):
    door, target, headers, status = STRANGERS[stranger]
    answer, _ = poured(ports[door], head("POST", target, {**headers, "Expect": "100-continue"}), b"", 0)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nConnection: close\r\n" in answer


def test_who_is_expected_is_told_to_go_on(server):
    wire = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20)
    with wire:
        wire.sendall(head("POST", "/", {**signed(server, 2, body=b"{}"), "Expect": "100-continue"}))
        assert wire.recv(65536).startswith(b"HTTP/1.1 100 ")
        wire.sendall(b"{}")
        assert wire.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(("service", "limit"), [("ecs", 1 << 20), ("ec2", 2 << 20), ("ecr", 30 << 20),
                                                ("ecslab", 16 << 20), ("s3", 64 << 20)])  # fmt: skip
def test_how_much_may_be_sent_depends_on_the_service(server, ports, service, limit):
    assert limits.signed_body(service) == limit
    declared = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"} if service == "s3" else {}
    first = head("POST", "/", signed(server, limit + 1, service, **declared))
    answer, _ = poured(ports["api"], first, b"", 0)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"RequestEntityTooLarge" in answer
    assert f"a request of {limit + 1} bytes; the sandbox takes at most {limit} here".encode() in answer


def test_chunks_are_counted(server, ports):
    headers = signed(server, 0)
    del headers["Content-Length"]
    answer, sent = poured(ports["api"], head("POST", "/", headers | {"Transfer-Encoding": "chunked"}), CHUNK)
    assert answer.startswith(b"HTTP/1.1 413 ") or not answer
    assert sent < 16 << 20


def test_a_push_has_room_for_a_layer_and_no_more(server, aws, ports):
    token = aws.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    known = HOST | {"Authorization": f"Basic {token}", "Expect": "100-continue"}
    uploads = [
        ("PATCH", "/v2/a/blobs/uploads/1", limits.LAYER),
        ("PUT", "/v2/a/manifests/1", limits.MANIFEST),
    ]
    for method, path, limit in uploads:
        answer, _ = poured(ports["api"], head(method, path, known | {"Content-Length": limit + 1}), b"", 0)
        assert answer.startswith(b"HTTP/1.1 413 ")
        with socket.create_connection(("127.0.0.1", ports["api"]), timeout=20) as wire:
            wire.sendall(head(method, path, known | {"Content-Length": limit}))
            assert wire.recv(100).startswith(b"HTTP/1.1 100 ")


def test_a_visitor_may_send_what_fits(server, ports):
    path = f"/{server.gateway_secret}/203.0.113.9:80/"
    first = head("POST", path, HOST | {"Content-Length": limits.VISIT + 1})
    assert poured(ports["gateway"], first, b"", 0)[0].startswith(b"HTTP/1.1 413 ")
    password = base64.b64encode(f"lab:{server.gateway_secret}".encode()).decode()
    proxied = HOST | {"Proxy-Authorization": f"Basic {password}", "Content-Length": limits.VISIT + 1}
    assert poured(ports["gateway"], head("POST", "http://203.0.113.9/", proxied), b"", 0)[0][9:12] == b"413"


def test_a_body_that_is_not_the_signed_one_is_refused_however_large(server, ports):
    other = b"x" * 300_000
    for declared in ({}, {"x-amz-content-sha256": hashlib.sha256(b"{}").hexdigest()}):
        headers = signed(server, len(other), body=b"{}", **declared) | {"Connection": "close"}
        answer, _ = poured(ports["api"], head("POST", "/", headers) + other, b"", 0)
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"InvalidSignatureException" in answer


def test_one_connection_serves_many_requests(server):
    client = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=20)
    for body in (b"{}", b'{"maxResults": 5' + b" " * 200_000 + b"}"):
        for method in ("POST", "HEAD", "POST"):
            client.request(method, "/", body, signed(server, len(body), body=body))
            answer = client.getresponse()
            assert answer.status == (200 if method == "POST" else 403)
            answer.read()
            wire = client.sock
            assert wire is not None
    client.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_layer_goes_through_a_file(server, aws, home):
    """It is kept once in memory, where ECR's upload holds it, and on the disk; not four times."""
    size = 96 << 20
    aws.ecr.create_repository(repositoryName="large")
    token = aws.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    client = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=60)
    known = {"Authorization": f"Basic {token}"}
    client.request("POST", "/v2/large/blobs/uploads/", headers=known)
    where = client.getresponse()
    where.read()
    layer = bytes(range(256)) * (size >> 8)
    digest = hashlib.sha256(layer).hexdigest()
    before = peak(server)
    client.request("PUT", f"{where.headers['Location']}?digest=sha256:{digest}", layer, known)
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (201, b"")
    client.close()
    assert peak(server) - before < 3.5 * (
        size >> 10
    )  # the map of the file, which can be let go of, is counted too
    assert (home / "sandbox" / "blobs" / digest).stat().st_size == size
