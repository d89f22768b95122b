"""Reading a WSGI request: how large it may be, and what is wrong with its body."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_BODY: Final = 64 << 20  # an ECR layer part is at most 20 MiB, and base64 makes it a third longer
MAX_LAYER: Final = 1 << 30  # docker push sends a layer as one body


class Unreadable(AwsError):
    """A request whose body cannot be had. `request` is what was read of it."""

    def __init__(self, code: str, message: str, status: int, request: HttpRequest):
        super().__init__(code, message, status)
        self.request = request


class BodyTooLarge(Unreadable):
    """The request has more bytes than the sandbox takes in one piece."""

    def __init__(self, message: str, request: HttpRequest):
        super().__init__("RequestEntityTooLarge", message, 413, request)


def read(environ: "WSGIEnvironment") -> HttpRequest:
    """Read a WSGI environ, body included.

    Raises:
        BodyTooLarge: the body is longer than MAX_BODY, or than MAX_LAYER where it goes to the registry.
        Unreadable: its length is no length, or it broke off.
    """
    target = environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO") or "/", safe="/~:@!$&'()*+,;=")
    path, _, query = target.partition("?")
    if path.startswith("http://"):
        path = "/" + path[7:].partition("/")[2]
    headers = {
        key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key[:5] == "HTTP_"
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = environ[key]
    query = query or environ.get("QUERY_STRING", "")
    request = HttpRequest(environ["REQUEST_METHOD"], path, query, headers)
    return replace(request, body=_body(environ, request))


def _body(environ: "WSGIEnvironment", request: HttpRequest) -> bytes:
    limit = MAX_LAYER if request.path.startswith("/v2/") else MAX_BODY
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
