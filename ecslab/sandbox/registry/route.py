"""Where a request to the registry leads: which repository, what of it, and which one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import limits

LAYERS: Final = "/_layers/"
_PATTERNS: Final = {
    "uploads": re.compile(r"(?P<name>.+)/blobs/uploads/?(?P<reference>[^/]*)"),
    "blobs": re.compile(r"(?P<name>.+)/blobs/(?P<reference>[^/]+)"),
    "manifests": re.compile(r"(?P<name>.+)/manifests/(?P<reference>[^/]+)"),
    "tags": re.compile(r"(?P<name>.+)/tags/(?P<reference>list)"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """`name` of the repository as the client wrote it; `reference` is a tag, a digest or an upload's id."""

    name: str
    kind: str  # "manifests", "blobs", "uploads" or "tags"
    reference: str
    query: Mapping[str, str]


def is_for_registry(path: str) -> bool:
    """Whether a request to this path is the registry's to answer."""
    return path.startswith(("/v2/", LAYERS)) or path == "/v2"


def body_limit(request: HttpRequest) -> int:
    """The bytes that the body of a request to the registry may have."""
    if request.method not in ("POST", "PUT", "PATCH"):
        return limits.NO_BODY
    return limits.LAYER if "/blobs/uploads" in request.path else limits.MANIFEST


def route(path: str, query: str) -> Route | None:
    """The route of a path below `/v2/`; None for a path that the specification does not have."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    for kind, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(path):
            return Route(match["name"], kind, match["reference"], values)
    return None
