"""`curl` and `wget`: a container asks a server over HTTP.

An image has them only where the real one has: `httpd` and `debian` have neither.
"""

import os
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.limits import LARGEST_FILE
from ecslab.sandbox.runtime.place import Place
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import OutOfMemory

Result = tuple[str, str, int]
Fetch = Generator[float, None, Result]

CONNECT_SECONDS: Final = 130.0
"""How long Linux tries to connect where nobody answers."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS: Final = 10
_URL: Final = re.compile(
    r"(?:(https?)://)?(?:[^@/]*+@)?(\[[^\]]++\]|[^:/?]++)(?::(\d+))?([^?#]*+)(?:\?([^#]*+))?"
)
_CURL_FLAGS: Final = {
    "fail": "f", "silent": "s", "show-error": "S", "location": "L", "head": "I", "insecure": "k",
    "verbose": "v", "include": "i", "globoff": "g", "ipv4": "4", "ipv6": "6", "compressed": "",
    "no-buffer": "N", "retry-connrefused": "", "retry-all-errors": "",
    "http1.1": "", "progress-bar": "",
}  # fmt: skip
_CURL_VALUES: Final = {
    "output": "o", "max-time": "m", "connect-timeout": "", "request": "X", "header": "H", "data": "d",
    "write-out": "w", "user-agent": "A", "retry": "", "retry-delay": "",
    "retry-max-time": "", "user": "u", "unix-socket": "",
}  # fmt: skip
_WGET_FLAGS: Final = {
    "quiet": "q",
    "spider": "",
    "no-verbose": "",
    "server-response": "S",
    "no-check-certificate": "",
}
_WGET_VALUES: Final = {"output-document": "O", "timeout": "T", "tries": "t", "header": "", "post-data": "",
                       "user-agent": "U", "directory-prefix": "P"}  # fmt: skip


_ALIASES: Final = {"data-raw": "data", "data-binary": "data", "fail-with-body": "fail"}


@dataclass
class _Options:
    """A command line, taken apart: options by their long name, with every value they were given."""

    urls: list[str] = field(default_factory=list)
    given: dict[str, list[str]] = field(default_factory=dict)
    unknown: str | None = None

    def has(self, name: str) -> bool:
        return name in self.given

    def last(self, name: str) -> str | None:
        values = self.given.get(name)
        return values[-1] if values else None

    def headers(self) -> dict[str, str]:
        split = (each.partition(":") for each in self.given.get("header", ()))
        return {name.strip().lower(): value.strip() for name, _, value in split}


@dataclass(eq=False)
class _Failure(Exception):
    """Nobody answered: what curl's exit code is, and why."""

    code: int
    why: str
    seconds: float = 0.0
    host: str = ""


class Fetching(Place):
    """Where a command is among its addresses: what it has to say so far, and whether it waits in vain."""

    __slots__ = ("errors", "in_vain", "output", "status")

    def __init__(self) -> None:
        super().__init__()
        self.output = self.errors = ""
        self.status, self.in_vain = 0, False

    def waits(self, seconds: float) -> Generator[float, None, None]:
        """Wait for somebody who does not answer."""
        self.in_vain = True
        if seconds:
            yield from self.sleep(seconds)
        self.in_vain = False


def curl(process: Process, words: list[str], place: Place) -> Fetch:
    """`curl [-fsSILkvi] [-o FILE] [-X METHOD] [-H HEADER] [-d DATA] [-m SECONDS] [-w FORMAT] URL…`"""
    options = _read(words, _CURL_FLAGS, _CURL_VALUES)
    if options.unknown:
        return "", f"curl: option {options.unknown}: is unknown\n", 2
    if not options.urls:
        return "", "curl: no URL specified!\n", 2
    fetching = place.within(Fetching)
    while fetching.position < len(options.urls):
        seconds = fetching.asleep or 0.0
        if not fetching.in_vain:
            yield from process.step(fetching)
            if len(fetching.output) > LARGEST_FILE:
                raise OutOfMemory
            seconds = _curl(process, options, fetching)
        yield from fetching.waits(seconds)
        fetching.position += 1
    return fetching.output, fetching.errors, fetching.status


def _curl(process: Process, options: _Options, fetching: Fetching) -> float:
    """Ask at one address; the seconds to wait where nobody answers."""
    tells = not options.has("silent") or options.has("show-error")
    try:
        response = _exchange(process, options.urls[fetching.position], options, options.has("location"))
    except _Failure as failure:
        if tells:
            fetching.errors += f"curl: ({failure.code}) {failure.why}\n"
        fetching.output += _written_out(options, None)
        fetching.status = failure.code
        return failure.seconds
    if options.has("fail") and response.status >= 400:
        if tells:
            fetching.errors += f"curl: (22) The requested URL returned error: {response.status}\n"
        fetching.status = 22
    else:
        fetching.output += _unless_written(process, options.last("output"), _shown(options, response))
    fetching.output += _written_out(options, response)
    return 0.0


def wget(process: Process, words: list[str], place: Place) -> Fetch:
    """`wget [-q] [--spider] [-O FILE] [-T SECONDS] URL`; without -O the file has the address's last part."""
    options = _read(words, _WGET_FLAGS, _WGET_VALUES)
    quiet = options.has("quiet")
    if options.unknown or not options.urls:
        return (
            "",
            f"wget: {'unrecognized option: ' + options.unknown if options.unknown else 'missing URL'}\n",
            1,
        )
    url, fetching = options.urls[0], place.within(Fetching)
    if fetching.in_vain:
        yield from fetching.waits(0.0 if fetching.asleep is None else fetching.asleep)
        return "", fetching.errors, 1
    try:
        response = _exchange(process, url, options, True)
    except _Failure as failure:
        why = {6: f"bad address '{failure.host}'", 7: f"can't connect to remote host: {failure.why}"}.get(
            failure.code, failure.why
        )
        fetching.errors = "" if quiet else f"wget: {why}\n"
        yield from fetching.waits(failure.seconds)
        return "", fetching.errors, 1
    if response.status >= 400:
        return "", "" if quiet else f"wget: server returned error: HTTP/1.1 {response.status}\n", 1
    if options.has("spider"):
        return "", "" if quiet else "remote file exists\n", 0
    name = options.last("output-document") or url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    if not options.has("output-document") and "/" not in url.split("://")[-1].rstrip("/"):
        name = "index.html"
    text = response.body.decode(errors="replace")
    return _unless_written(process, None if name == "-" else name, text), "", 0


def _exchange(process: Process, url: str, options: _Options, follow: bool) -> HttpResponse:
    for _ in range(MOST_REDIRECTS):
        response = _ask(process, url, options)
        location = next((v for k, v in response.headers.items() if k.lower() == "location"), None)
        if not (follow and location and response.status in REDIRECTS):
            return response
        url = urljoin(url if "://" in url else f"http://{url}", location)
    raise _Failure(47, f"Maximum ({MOST_REDIRECTS}) redirects followed")


def _ask(process: Process, url: str, options: _Options) -> HttpResponse:
    parts = _URL.fullmatch(url)
    if parts is None:
        raise _Failure(3, "URL using bad/illegal format or missing URL")
    scheme, host, port = parts[1] or "http", parts[2], int(parts[3] or (443 if parts[1] == "https" else 80))
    data = options.last("data") or options.last("post-data")
    method = options.last("request") or ("HEAD" if options.has("head") else "POST" if data else "GET")
    about = {"host": host, "user-agent": options.last("user-agent") or "curl/8.5.0", "accept": "*/*"}
    request = HttpRequest(
        method, parts[4] or "/", parts[5] or "", {**about, **options.headers()}, (data or "").encode()
    )
    limits = [options.last(name) for name in ("max-time", "connect-timeout", "timeout")]
    patience = min((float(limit) for limit in limits if limit), default=CONNECT_SECONDS)
    try:
        response = process.host.fetch(host, port, request)
    except LookupError:
        raise _Failure(6, f"Could not resolve host: {host}", host=host) from None
    except TimeoutError:
        why = f"Failed to connect to {host} port {port} after {patience * 1000:.0f} ms: Timeout was reached"
        raise _Failure(28, why, patience) from None
    except ConnectionRefusedError:
        why = f"Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server"
        raise _Failure(7, why) from None
    except ConnectionError:
        raise _Failure(52, "Empty reply from server") from None
    if scheme == "https":  # the programs here speak plain HTTP
        raise _Failure(35, "OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number")
    return response


def _shown(options: _Options, response: HttpResponse) -> str:
    head = (
        f"HTTP/1.1 {response.status}\n" + "".join(f"{k}: {v}\n" for k, v in response.headers.items()) + "\n"
    )
    if options.has("head"):
        return head
    body = response.body.decode(errors="replace")
    return head + body if options.has("include") else body


def _written_out(options: _Options, response: HttpResponse | None) -> str:
    form = options.last("write-out") or ""
    known = {"http_code": f"{response.status if response else 0:03d}",
             "size_download": str(len(response.body) if response else 0)}  # fmt: skip
    text = re.sub(r"%\{(\w+)\}", lambda match: known.get(match[1], ""), form)
    return text.replace("\\n", "\n")


def _unless_written(process: Process, path: str | None, text: str) -> str:
    """The text, or nothing if it goes to a file."""
    if path in (None, "-", "/dev/stdout"):
        return text
    process.files.write(path or os.devnull, text.encode())
    return ""


def _read(words: list[str], flags: dict[str, str], values: dict[str, str]) -> _Options:
    options, rest = _Options(), list(words)
    short_flags = {short: name for name, short in flags.items() if short}
    short_values = {short: name for name, short in values.items() if short}
    while rest and options.unknown is None:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word[2:].partition("=")
            name = _ALIASES.get(name, name)
            if name in flags:
                options.given.setdefault(name, [])
            elif name in values and (equals or rest):
                options.given.setdefault(name, []).append(value if equals else rest.pop(0))
            else:
                options.unknown = word
        elif word.startswith("-") and len(word) > 1:
            _short(options, word, rest, short_flags, short_values)
        else:
            options.urls.append(word)
    return options


def _short(
    options: _Options, word: str, rest: list[str], flags: dict[str, str], values: dict[str, str]
) -> None:
    """`-fsS`, `-o FILE`, `-oFILE`, `-qO-`."""
    for position, letter in enumerate(word[1:], 2):
        if letter in flags:
            options.given.setdefault(flags[letter], [])
        elif letter in values and (word[position:] or rest):
            options.given.setdefault(values[letter], []).append(word[position:] or rest.pop(0))
            return
        else:
            options.unknown = word
            return
