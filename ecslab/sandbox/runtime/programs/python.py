"""`python`: a web server of the current folder, a version, and of programs the guestbook's two alone."""

import json
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.place import Place, Run, serves
from ecslab.sandbox.runtime.pools import weight
from ecslab.sandbox.runtime.process import Handler, Process, ends
from ecslab.sandbox.runtime.program_errors import SandboxLimit
from ecslab.sandbox.runtime.programs import web
from ecslab.sandbox.world.time.clock import Leaves

if TYPE_CHECKING:
    from ecslab.sandbox.runtime.programs.guestbook import Book
    from ecslab.sandbox.runtime.programs.guestbook_front import Answer

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_FRONT_METHODS: Final = frozenset({"GET", "HEAD", "POST"})


def python(process: Process, place: Place) -> Run:
    """`python -m http.server [PORT]`, `--version`, `-c` with the text of a program of the guestbook.

    Without a terminal `python` alone ends at once.
    """
    words = process.argv[1:]
    if not words:
        return 0
    if words[0] in ("--version", "-V"):
        process.log(f"Python {_version(process)}")
        return 0
    if words[:2] == ["-m", "http.server"]:
        numbers = [word for word in words[2:] if word.isdecimal()]
        return (yield from web.python_server(process, int(numbers[0]) if numbers else 8000, place))
    if words[0] == "-c" and len(words) > 1 and words[1].strip() == _text("guestbook.py"):
        return (yield from _guestbook_back(process, place))
    if words[0] == "-c" and len(words) > 1 and words[1].strip() == _text("guestbook_front.py"):
        return (yield from _guestbook_front(process, place))
    shown = " ".join(" ".join(process.argv).split())
    raise SandboxLimit(
        f"`{shown if len(shown) <= 200 else shown[:200] + '…'}` is not run here: of Python the sandbox knows "
        "only `-m http.server`, --version, and the program of the course's guestbook, unchanged. On AWS the "
        "program of the image would run."
    )


@cache
def _text(program: str) -> str:
    return Path(__file__).with_name(program).read_text("utf-8").strip()


def _guestbook_back(process: Process, place: Place) -> Run:
    """The program itself, without its own web server."""
    from ecslab.sandbox.runtime.programs import guestbook  # brings Python's web server, which few need

    back = _Back(process, guestbook.Book(process.host.hostname()))
    return (yield from _serves(process, place, guestbook.PORT, back, "the book"))


def _guestbook_front(process: Process, place: Place) -> Run:
    """The same of the front, which asks through the task's network."""
    from ecslab.sandbox.runtime.programs import guestbook_front

    return (yield from _serves(process, place, guestbook_front.PORT, _Front(process), "the front"))


def _serves(process: Process, place: Place, port: int, handler: Handler, what: str) -> Run:
    if process.host.taken(port):
        process.log("OSError: [Errno 98] Address already in use")
        return 1
    process.on_term = _ends
    process.listen(port, handler)
    process.log(f"{what} is open on port {port}")
    return (yield from serves(place))


def _ends(_place: Place) -> Run:
    return ends(0)


class _Back:
    """Stands in for `BaseHTTPRequestHandler`: what it adds to the book's answers, and its log's lines."""

    __slots__ = ("_book", "_only_read", "_process")

    def __init__(self, process: Process, book: "Book"):
        self._process, self._book = process, book
        self._only_read = True  # by the last request

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._only_read = request.method != "POST"
        server = _server(self._process)
        if request.method not in _METHODS:
            _log(self._process, request, 501)
            return HttpResponse(501, server, f"Unsupported method ('{request.method}')".encode())
        before = _held(self._book)
        status, answer = self._book.answer(request.method, request.path, request.body)
        self._process.hold(_held(self._book) - before)
        _log(self._process, request, status)
        headers = {**server, "Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        return HttpResponse(status, headers, b"" if request.method == "HEAD" else json.dumps(answer).encode())

    def repeats(self, period: float) -> Leaves | None:
        """See `RunningContainer.repeats`: only who writes into the book changes it."""
        return self._process.logs_again(period) if self._only_read else None


class _Front:
    """The same for the front."""

    __slots__ = ("_front", "_process")

    def __init__(self, process: Process):
        from ecslab.sandbox.runtime.programs.guestbook_front import Front

        self._process = process
        self._front = Front(process.host.hostname(), process.variables(), self._fetch, _in_turn)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _FRONT_METHODS:
            _log(self._process, request, 501)
            text = f"Unsupported method ('{request.method}')"
            return HttpResponse(501, _server(self._process), text.encode())
        status, kind, text = self._front.answer(request.method, request.path)
        _log(self._process, request, status)
        headers = {**_server(self._process), "Content-Type": kind}
        return HttpResponse(status, headers, b"" if request.method == "HEAD" else text.encode())

    def _fetch(self, url: str) -> tuple[int, bytes]:
        """What `urllib.request` gets at an address; to give up takes no time here."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        request = HttpRequest("GET", parts.path or "/", parts.query, {"host": parts.netloc})
        response = self._process.host.fetch(host, port, request)
        return response.status, response.body


def _in_turn(ask: Callable[[str], "Answer"], urls: Iterable[str]) -> "list[Answer]":
    return [ask(url) for url in urls]  # `map` would do, but a snapshot names nothing of Python's own


def _server(process: Process) -> dict[str, str]:
    return {"Server": f"BaseHTTP/0.6 Python/{_version(process)}"}


def _log(process: Process, request: HttpRequest, status: int) -> None:
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(process.host.timestamp()))
    process.log(f'{request.peer} - - [{stamp}] "{request.method} {request.target} HTTP/1.1" {status} -')


def _held(book: "Book") -> int:
    """Bytes of memory that the entries take, about."""
    return sum(weight(text) for entry in book.entries for text in entry.values())


def _version(process: Process) -> str:
    return process.variables().get("PYTHON_VERSION", "3")
