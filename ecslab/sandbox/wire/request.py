"""A request's head, as h11 has parsed it, and what is refused by it alone."""

from typing import TYPE_CHECKING

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    import h11


def head_of(event: "h11.Request") -> HttpRequest:
    """The request without its body. Headers that came more than once are joined as HTTP joins them."""
    path, _, query = event.target.decode("ascii").partition("?")
    if path[:7].lower() == "http://":
        path = "/" + path[7:].partition("/")[2]
    headers: dict[str, str] = {}
    for raw_name, raw_value in event.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return HttpRequest(event.method.decode("ascii"), path, query, headers)


def announced(head: HttpRequest) -> int:
    """The bytes that a head says will follow; 0 if it leaves that open."""
    length = head.headers.get("content-length", "")
    return int(length) if length.isdecimal() and length.isascii() else 0


def too_large(limit: int, seen: int = 0) -> AwsError:
    """The refusal of a body above `limit` bytes; `seen` if it was announced."""
    size = f"{seen}" if seen else f"more than {limit}"
    return AwsError(
        "RequestEntityTooLarge", f"a request of {size} bytes; the sandbox takes at most {limit} here", 413
    )


def fitting(head: HttpRequest, limit: int) -> int:
    """`limit`, if the body that the head announces keeps to it.

    Raises:
        AwsError: RequestEntityTooLarge, 413.
    """
    if announced(head) > limit:
        raise too_large(limit, announced(head))
    return limit
