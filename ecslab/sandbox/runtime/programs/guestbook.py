"""The back of the guestbook: it keeps what visitors write. Of Python it needs the standard library only.

GET /api/entries     the book: {"entries": [{"name": …, "text": …}], "host": …}, the oldest entry first
POST /api/entries    write into it: {"name": "Ana", "text": "I was here"}
GET /api/health      for health checks

The book is in this program's memory: it ends with the program.
"""

import json
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 80
MOST = 100  # entries; the oldest go first
LONGEST = {"name": 40, "text": 300}  # characters
LARGEST = 10_000  # bytes of a request


class Book:
    """The entries, and the answers to requests. `host` is the name of the machine, to tell copies apart."""

    def __init__(self, host: str):
        self.host = host
        self.entries: list[dict[str, str]] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, object]]:
        """Status and JSON of the answer."""
        if path == "/api/health" and method in ("GET", "HEAD"):
            return 200, {"status": "ok"}
        if path != "/api/entries":
            return 404, {"error": f"there is nothing at {path}"}
        if method in ("GET", "HEAD"):
            return 200, {"entries": self.entries, "host": self.host}
        if method != "POST":
            return 405, {"error": f"{method} is not for this path"}
        entry = _entry(body)
        if entry is None:
            return 400, {"error": f"an entry has a name and a text, of at most {LONGEST} characters"}
        self.entries = [*self.entries, entry][-MOST:]
        return 201, {"entry": entry, "host": self.host}


def _entry(body: bytes) -> "dict[str, str] | None":
    try:
        given = json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    entry: dict[str, str] = {}
    for key, longest in LONGEST.items():
        text = given.get(key)
        if not isinstance(text, str) or not 0 < len(text) <= longest:
            return None
        entry[key] = text
    return entry


def serve() -> None:
    """Answer on the port until SIGTERM."""
    book = Book(socket.gethostname())

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, LARGEST + 1))
            status, answer = book.answer(self.command, self.path.partition("?")[0], body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Access-Control-Allow-Origin", "*")  # any page may show the book
            content = json.dumps(answer).encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        def log_date_time_string(self) -> str:
            return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())  # as other web servers write it

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"the book is open on port {PORT}", flush=True)  # noqa: T201
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    serve()
