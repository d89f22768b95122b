"""One HTTP request as the sandbox reads it, whichever way it came in."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, unquote

from ecslab.sandbox.world.errors import AwsError

Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body: what every part of the server answers with."""

PEER: Final = "198.51.100.7"  # who asks, as containers and security groups see it: a documentation address
MAX_BODY: Final = 64 << 20  # an ECR layer part is at most 20 MiB, and base64 makes it a third longer
MAX_LAYER: Final = 1 << 30  # docker push sends a layer as one body


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request: `path` and `query` as they stood on the wire, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Unreadable(AwsError):
    """A request whose body cannot be had. `request` is what was read of it."""

    def __init__(self, code: str, message: str, status: int, request: Incoming):
        super().__init__(code, message, status)
        self.request = request


class BodyTooLarge(Unreadable):
    """The request has more bytes than the sandbox takes in one piece."""

    def __init__(self, message: str, request: Incoming):
        super().__init__("RequestEntityTooLarge", message, 413, request)


def read(environ: Mapping[str, Any]) -> Incoming:
    """Read a WSGI environ, body included.

    Raises:
        BodyTooLarge: the body is longer than MAX_BODY, or than MAX_LAYER where it goes to the registry.
        Unreadable: its length is no length, or it broke off.
    """
    target = environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO") or "/", safe="/~:@!$&'()*+,;=")
    path, _, query = target.partition("?")
    if path.startswith("http://"):
        path = "/" + path[7:].partition("/")[2]
    limit = MAX_LAYER if path.startswith("/v2/") else MAX_BODY
    headers = {
        key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key[:5] == "HTTP_"
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = environ[key]
    bare = Incoming(environ["REQUEST_METHOD"], path, query or environ.get("QUERY_STRING", ""), headers, b"")
    return replace(bare, body=_body(environ, bare, limit))


def _body(environ: Mapping[str, Any], request: Incoming, limit: int) -> bytes:
    text = str(environ.get("CONTENT_LENGTH") or 0)
    if not (text.isascii() and text.isdigit()):
        raise Unreadable("InvalidRequest", f"Content-Length is no length: {text!r}", 400, request)
    length, stream = int(text), environ.get("wsgi.input")
    if length > limit:
        raise BodyTooLarge(f"a request of {length} bytes; the sandbox takes at most {limit}", request)
    if stream is None:
        return b""
    if length or "chunked" not in request.headers.get("transfer-encoding", ""):
        return bytes(stream.read(length)) if length else b""
    try:
        body = bytes(stream.read(limit + 1))
    except (ValueError, OSError, MemoryError) as broken:  # what the server makes of chunks that are none
        raise Unreadable("IncompleteBody", f"The chunked body broke off: {broken}", 400, request) from None
    if len(body) > limit:
        raise BodyTooLarge(f"a request of more than {limit} bytes", request)
    return body


def environ_of(request: Incoming, host: str = "127.0.0.1", port: int = 80) -> dict[str, Any]:
    """The WSGI environ of a request, for moto and for the journal's replay."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, encoding="latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.replace("-", "_").upper()
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ
