"""What the registry answers with: bytes, whole or in part, and refusals in the distribution API's own form.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.registry.route import Route

API: Final = {"Docker-Distribution-Api-Version": "registry/2.0"}
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


class Refused(Exception):
    """A refusal.

    Args:
        status: HTTP status.
        code: of the specification's table, such as `MANIFEST_UNKNOWN`.
        message: docker shows it after the code in words.
        headers: further ones.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> HttpResponse:
        errors = {"errors": [{"code": self.code, "message": self.message}]}
        body = json.dumps(errors, separators=(",", ":")) + "\n"
        headers = {**API, "Content-Type": "application/json", **self.headers}
        return HttpResponse(self.status, headers, body.encode())


class NotAuthorized(Refused):
    """ECR's answer to a request without a token that it made. `realm` is the registry's address."""

    def __init__(self, realm: str):
        challenge = f'Basic realm="{realm}",service="ecr.amazonaws.com"'
        super().__init__(401, "UNAUTHORIZED", "Not Authorized", {"Www-Authenticate": challenge})

    def response(self) -> HttpResponse:
        headers = {**API, **self.headers, "Content-Type": "text/plain; charset=utf-8"}
        return HttpResponse(self.status, headers, f"{self.message}\n".encode())


def content(request: HttpRequest, media_type: str, digest: str, body: bytes) -> HttpResponse:
    """Answer GET or HEAD with content known by its digest; a `Range` is kept to.

    Raises:
        Refused: 416, the range begins beyond the end.
    """
    headers = {**API, "Content-Type": media_type, "Docker-Content-Digest": digest, "Etag": f'"{digest}"',
               "Accept-Ranges": "bytes", "Content-Length": str(len(body))}  # fmt: skip
    if request.method == "HEAD":
        return HttpResponse(200, headers)
    span = _RANGE.fullmatch(request.headers.get("range", ""))
    if span is None:
        return HttpResponse(200, headers, body)
    first, last = int(span[1]), min(int(span[2] or len(body)), len(body) - 1)
    if first > last:
        raise Refused(416, "RANGE_INVALID", f"the content has {len(body)} bytes",
                      {"Content-Range": f"bytes */{len(body)}"})  # fmt: skip
    part = body[first : last + 1]
    headers |= {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Content-Length": str(len(part))}
    return HttpResponse(206, headers, part)


def tag_list(route: Route, tags: list[str]) -> HttpResponse:
    """Tags by name, `n` at a time after `last`, with a link to the rest."""
    tags = sorted(tag for tag in tags if tag > route.query.get("last", ""))
    count = int(n) if (n := route.query.get("n", "")).isdecimal() and int(n) else len(tags)
    headers = {**API, "Content-Type": "text/plain; charset=utf-8"}  # ECR's; it is JSON all the same
    if count < len(tags):
        headers["Link"] = f'</v2/{route.name}/tags/list?n={count}&last={tags[count - 1]}>; rel="next"'
    return HttpResponse(200, headers, json.dumps({"name": route.name, "tags": tags[:count]}).encode())
