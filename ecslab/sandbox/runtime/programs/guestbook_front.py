"""The front of the guestbook: it asks the back, by each name that it was given.

Of Python it needs the standard library only.

GET /            a page: what each name answers
GET /api/ask     the same as JSON: {"host": …, "answers": {"dns": {"url": …, "entries": 0, "host": …}}}
GET /api/health  for health checks

The names stand in the environment: BACK_DNS=http://back.example.internal, and so on.
"""

import html
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 80
PATIENCE = 2  # seconds
PREFIX = "BACK_"
ENTRIES = "/api/entries"
Fetch = Callable[[str], "tuple[int, bytes]"]  # raises LookupError, TimeoutError or ConnectionError
Answer = Mapping[str, "str | int"]
Each = Callable[..., "Iterable[Answer]"]


class Front:
    """The answers to requests. `host` is the machine's name, `each` is `map` or one that asks all at once."""

    def __init__(self, host: str, environment: "Mapping[str, str]", fetch: Fetch, each: Each = map):
        self.host = host
        self.backs = {
            name[len(PREFIX) :].lower(): url
            for name, url in sorted(environment.items())
            if name.startswith(PREFIX)
        }
        self._fetch, self._each = fetch, each

    def answer(self, method: str, path: str) -> "tuple[int, str, str]":
        """Status, content type and text of the answer."""
        if method not in ("GET", "HEAD"):
            return 405, "application/json", json.dumps({"error": f"{method} is not for this path"})
        if path == "/api/health":
            return 200, "application/json", json.dumps({"status": "ok"})
        if path == "/api/ask":
            return 200, "application/json", json.dumps({"host": self.host, "answers": self._asked()})
        if path == "/":
            return 200, "text/html; charset=utf-8", self._page(self._asked())
        return 404, "application/json", json.dumps({"error": f"there is nothing at {path}"})

    def _asked(self) -> "dict[str, Answer]":
        return dict(zip(self.backs, self._each(self._ask, self.backs.values()), strict=True))

    def _ask(self, url: str) -> "Answer":
        try:
            status, body = self._fetch(url + ENTRIES)
        except LookupError:
            return {"url": url, "error": "no such name"}
        except TimeoutError:
            return {"url": url, "error": f"no answer in {PATIENCE} s"}
        except OSError:
            return {"url": url, "error": "connection refused"}
        if status != 200:
            text = body.decode(errors="replace")
            first = "" if "<" in text else text.partition(". ")[0][:60]
            return {"url": url, "error": f"{status} {first}".strip()}
        book = json.loads(body)
        return {"url": url, "entries": len(book["entries"]), "host": book["host"]}

    def _page(self, answers: "dict[str, Answer]") -> str:
        cells = ((way, answer["url"], words(answer)) for way, answer in answers.items())
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) for row in cells
        )
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Guestbook</title>'
            "<style>body{font:16px/1.5 sans-serif;margin:1em}"
            "td,th{padding:.2em 1em .2em 0;text-align:left}</style>"
            "<h1>Guestbook</h1><p>The front asks the back:</p>"
            f"<table><tr><th>by<th>at<th>answer</tr>{rows}</table></html>"
        )


def words(answer: "Answer") -> str:
    """What one name answered, for people."""
    if "error" in answer:
        return str(answer["error"])
    count = int(answer["entries"])
    return f"{count} {'entry' if count == 1 else 'entries'}, from {answer['host']}"


def fetch(url: str) -> "tuple[int, bytes]":
    """Status and body; what goes wrong before is a LookupError, a TimeoutError or another OSError."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()
    except urllib.error.URLError as failure:
        if isinstance(failure.reason, socket.gaierror):
            raise LookupError(url) from None
        raise failure.reason if isinstance(failure.reason, OSError) else OSError(failure.reason) from None


def serve() -> None:
    """Answer on the port until SIGTERM."""
    pool = ThreadPoolExecutor(16)
    front = Front(socket.gethostname(), os.environ, fetch, pool.map)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            status, kind, text = front.answer(self.command, self.path.partition("?")[0])
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        def log_date_time_string(self) -> str:
            return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())  # as other web servers write it

        do_GET = do_HEAD = do_POST = _answer

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"the front is open on port {PORT}", flush=True)  # noqa: T201
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    serve()
