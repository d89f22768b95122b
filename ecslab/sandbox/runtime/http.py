"""What passes between a visitor and a program: one request, one response, as values."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class HttpRequest:
    """A visitor's request as the container sees it.

    `path` is percent-encoded and begins with `/`; `query` has no `?`; names in `headers` are in lower case;
    `peer` is the visitor's IP address.
    """

    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = "198.51.100.7"

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True)
class HttpResponse:
    """A program's answer. `headers` are sent as they stand; who sends the answer adds its length."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
