"""The guestbook's front: the same program in the sandbox as in a real container, with the same answers."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from runtime_world import Container

from ecslab.sandbox.runtime import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.programs import guestbook_front

TEXT = Path(guestbook_front.__file__).read_text("utf-8")
BOOK = json.dumps({"entries": [{"name": "Ana", "text": "hi"}], "host": "ip-1"}).encode()
ENVOY = b"upstream connect error or disconnect/reset before headers. reset reason: connection failure"


def answered(environment, **answers):
    """What `/api/ask` says, in the sandbox."""
    pairs = [{"name": name, "value": value} for name, value in environment.items()]
    container = Container(command=["python", "-c", TEXT], environment={p["name"]: p["value"] for p in pairs})
    container.host.answers = {(host, port): answer for host, (port, answer) in answers.items()}
    container.run()
    return json.loads(container.request(HttpRequest("GET", "/api/ask")).body)["answers"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: HttpResponse(200, {}, BOOK), {"entries": 1, "host": "ip-1"}),
        (lambda _: HttpResponse(503, {}, ENVOY),
         {"error": "503 upstream connect error or disconnect/reset before headers"}),
        (lambda _: HttpResponse(503, {}, b"<html>"), {"error": "503"}),
        (lambda _: HttpResponse(503, {}, b"no healthy upstream"), {"error": "503 no healthy upstream"}),
        (LookupError("back"), {"error": "no such name"}),
        (TimeoutError("back"), {"error": "no answer in 2 s"}),
        (ConnectionRefusedError("back"), {"error": "connection refused"}),
    ],
)  # fmt: skip
def test_each_answer_in_words(answer, words):
    answers = answered({"BACK_DNS": "http://back:8080", "PATH": "/bin"}, back=(8080, answer))
    assert answers == {"dns": {"url": "http://back:8080", **words}}


def test_every_name_is_asked_and_the_page_shows_them():
    environment = {"BACK_B": "http://b", "BACK_A": "http://a/<i>"}
    container = Container(command=["python", "-c", TEXT], environment=environment)
    container.host.answers = {("a", 80): lambda _: HttpResponse(200, {}, BOOK)}
    container.run()
    page = container.request(HttpRequest("GET", "/")).body.decode()
    assert "<td>a</td><td>http://a/&lt;i&gt;</td><td>1 entry, from ip-1</td>" in page
    assert "<td>b</td><td>http://b</td><td>connection refused</td>" in page
    assert container.lines[0] == "the front is open on port 80"
    assert '"GET / HTTP/1.1" 200 -' in container.lines[1]
    for method, path, status in (("HEAD", "/api/health", 200), ("GET", "/x", 404), ("POST", "/", 405),
                                 ("PATCH", "/", 501)):  # fmt: skip
        assert container.request(HttpRequest(method, path)).status == status


def test_python_itself_gives_the_same_answers():
    with socket.socket() as free, socket.socket() as silent:
        for each in (free, silent):
            each.bind(("127.0.0.1", 0))
        port, closed = free.getsockname()[1], silent.getsockname()[1]
        free.close()
        text = TEXT.replace("PORT = 80\n", f"PORT = {port}\n").replace('("", PORT)', '("127.0.0.1", PORT)')
        backs = {"BACK_CLOSED": f"http://127.0.0.1:{closed}", "BACK_NAMELESS": "http://back.invalid",
                 "BACK_SELF": f"http://127.0.0.1:{port}"}  # fmt: skip
        environment = {**os.environ, **backs, "no_proxy": "*"}
        process = subprocess.Popen([sys.executable, "-c", text], stderr=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, env=environment)  # fmt: skip
        assert process.stdout.readline() == f"the front is open on port {port}\n".encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for attempt in range(50):  # it says that it is open just before it is
            try:
                with opener.open(f"http://127.0.0.1:{port}/api/ask") as reply:
                    answers = json.load(reply)["answers"]
                break
            except urllib.error.URLError:
                assert attempt < 49
                time.sleep(0.02)
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()
    errors = {way: answer.get("error") for way, answer in answers.items()}
    assert errors == {
        "closed": "connection refused", "nameless": "no such name",
        "self": '404 {"error": "there is nothing at /api/entries"}',
    }  # fmt: skip
