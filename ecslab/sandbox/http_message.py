"""One HTTP request and one response, as values: whoever sends, carries or answers one uses these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

INTERNET: Final = "198.51.100.7"  # a visitor's address, from the range that is kept for documentation
INTERNET_IPV6: Final = "2001:db8:ffff::7"
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request: `path` and `query` as they stand on the wire, header names in lower case.

    `path` is percent-encoded and begins with `/`; `query` has no `?`; `peer` is the IP address that a
    container and its security groups see.
    """

    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = INTERNET

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


class HttpResponse(NamedTuple):
    """An answer. `headers` are sent as they stand; who sends the answer adds its length."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""


Responder = Callable[[HttpRequest], HttpResponse]
"""Whoever answers requests."""
