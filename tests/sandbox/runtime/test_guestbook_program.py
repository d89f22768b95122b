"""The guestbook's back: the same program in the sandbox as in a real container, with the same answers."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from runtime_world import Container

from ecslab.sandbox.runtime import HttpRequest
from ecslab.sandbox.runtime.programs import guestbook

TEXT = Path(guestbook.__file__).read_text("utf-8")
ENTRIES = "/api/entries"
ASKED = (  # in this order: method, path, body
    ("GET", ENTRIES, b""),
    ("POST", ENTRIES, b'{"name": "Ana", "text": "I was here"}'),
    ("POST", ENTRIES, '{"name": "Zoë", "text": "<b>me</b> too"}'.encode()),
    ("GET", f"{ENTRIES}?visit=1", b""),
    ("GET", "/api/health", b""),
    ("HEAD", ENTRIES, b""),
    ("GET", "/api/nothing", b""),
    ("DELETE", ENTRIES, b""),
    ("POST", "/api/health", b"{}"),
    *(("POST", ENTRIES, body) for body in (
        b"", b"no json", b"[]", b'{"name": "Ana"}', b'{"name": "", "text": "x"}', b'{"name": 1, "text": "x"}',
        b"[" * 9_000, b'{"name": "Ana", "text": "%s"}' % (b"x" * 301), b'{"name": "\xff", "text": "x"}',
    )),
    ("GET", ENTRIES, b""),
)  # fmt: skip


def back(text=TEXT):
    container = Container(command=["python", "-c", text])
    container.run()
    return container


def ask(container, method, path, body=b""):
    path, _, query = path.partition("?")
    return container.request(HttpRequest(method, path, query, {}, body))


def without_host(body):
    members = json.loads(body) if body else {}
    return {key: value for key, value in members.items() if key != "host"}


def timeless(line):
    """A line of the log without the visitor's address and the time, whose form is that of Apache."""
    assert re.search(r" \[\d\d/[A-Z][a-z]{2}/\d{4}(:\d\d){3} \+0000\] ", line)
    return line.partition("] ")[2]


@pytest.fixture(scope="module")
def real():
    """The program as Python itself runs it, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = TEXT.replace("PORT = 80\n", f"PORT = {port}\n").replace('("", PORT)', '("127.0.0.1", PORT)')
    process = subprocess.Popen([sys.executable, "-c", text], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                               env={**os.environ, "no_proxy": "*"})  # fmt: skip
    assert process.stdout.readline() == f"the book is open on port {port}\n".encode()
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def test_it_answers_here_as_it_does_in_python(real):
    process, address = real
    here = back()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for attempt in range(50):  # it says that it is open just before it is
        try:
            opener.open(f"{address}/api/health")
            break
        except urllib.error.URLError:
            assert attempt < 49
            time.sleep(0.02)
    for method, path, body in ASKED:
        request = urllib.request.Request(address + path, data=body or None, method=method)
        try:
            response = opener.open(request)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            ours, pythons = ask(here, method, path, body), response.read()
        assert ours.status == response.status, (method, path, body)
        assert without_host(ours.body) == without_host(pythons), (method, path, body)
        for header in ("Content-Type", "Access-Control-Allow-Origin"):
            assert ours.headers[header] == response.headers[header]
    process.terminate()
    assert process.wait(10) == 0
    lines = process.stderr.read().decode().splitlines()
    assert [*map(timeless, here.lines[1:])] == [*map(timeless, lines[-len(ASKED) :])]


def test_the_book_ends_with_the_program():
    container = back()
    ask(container, "POST", ENTRIES, b'{"name": "Ana", "text": "I was here"}')
    assert len(json.loads(ask(container, "GET", ENTRIES).body)["entries"]) == 1
    container.signal("TERM")
    container.run(1)
    assert container.exit == (0, None)
    assert json.loads(ask(back(), "GET", ENTRIES).body)["entries"] == []


def test_it_keeps_the_newest_hundred():
    container = back()
    for number in range(guestbook.MOST + 5):
        ask(container, "POST", ENTRIES, json.dumps({"name": "Ana", "text": str(number)}).encode())
    entries = json.loads(ask(container, "GET", ENTRIES).body)["entries"]
    assert [entries[0]["text"], entries[-1]["text"], len(entries)] == ["5", "104", guestbook.MOST]


@pytest.mark.parametrize("text", [TEXT.replace("201", "200"), "import os", "x" * 500])
def test_another_program_is_not_run(text):
    container = back(text)
    assert container.exit == (127, None)
    assert "is not run here: of Python the sandbox knows only `-m http.server`, --ver" in container.lines[0]
    assert len(container.lines[0]) < 500


def test_two_on_one_port():
    container = Container(command=["python", "-c", TEXT])
    container.host.taken_ports.add(80)
    container.run()
    assert container.exit == (1, None)
    assert container.lines == ["OSError: [Errno 98] Address already in use"]
