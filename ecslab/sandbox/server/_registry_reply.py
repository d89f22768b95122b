"""What the registry answers with: bytes, whole or in part, and refusals in the distribution API's own form.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Reply = tuple[int, dict[str, str], bytes]

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

    def reply(self) -> Reply:
        body = json.dumps({"errors": [{"code": self.code, "message": self.message}]}).encode()
        return self.status, {**API, "Content-Type": "application/json", **self.headers}, body


class NotAuthorized(Refused):
    """ECR's answer to a request without a token that it made. `realm` is the registry's address."""

    def __init__(self, realm: str):
        challenge = f'Basic realm="{realm}",service="ecr.amazonaws.com"'
        super().__init__(401, "UNAUTHORIZED", "Not Authorized", {"Www-Authenticate": challenge})

    def reply(self) -> Reply:
        headers = {**API, **self.headers, "Content-Type": "text/plain; charset=utf-8"}
        return self.status, headers, f"{self.message}\n".encode()


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `name` as the client wrote it, `rest` what follows it, header names in lower case."""

    method: str
    name: str
    kind: str  # "manifests", "blobs", "uploads" or "tags"
    rest: str  # a tag, a digest or an upload's id
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def content(request: Request, media_type: str, digest: str, body: bytes) -> Reply:
    """Answer GET or HEAD with content known by its digest; a `Range` is kept to.

    Raises:
        Refused: 416, the range begins beyond the end.
    """
    headers = {**API, "Content-Type": media_type, "Docker-Content-Digest": digest, "Etag": f'"{digest}"',
               "Accept-Ranges": "bytes", "Content-Length": str(len(body))}  # fmt: skip
    if request.method == "HEAD":
        return 200, headers, b""
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    if wanted is None:
        return 200, headers, body
    first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
    if first > last:
        raise Refused(416, "RANGE_INVALID", f"the content has {len(body)} bytes",
                      {"Content-Range": f"bytes */{len(body)}"})  # fmt: skip
    part = body[first : last + 1]
    span = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Content-Length": str(len(part))}
    return 206, headers | span, part


def tag_list(request: Request, tags: list[str]) -> Reply:
    """Tags by name, `n` at a time after `last`, with a link to the rest."""
    tags = sorted(tag for tag in tags if tag > request.query.get("last", ""))
    count = int(n) if (n := request.query.get("n", "")).isdecimal() and int(n) else len(tags)
    headers = {**API, "Content-Type": "application/json"}
    if count < len(tags):
        headers["Link"] = f'</v2/{request.name}/tags/list?n={count}&last={tags[count - 1]}>; rel="next"'
    return 200, headers, json.dumps({"name": request.name, "tags": tags[:count]}).encode()
