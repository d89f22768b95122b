"""Tokens that prove themselves: what they allow, until when, and an HMAC over both. Nothing is stored.

A token is base64url of JSON, a dot, and base64url of the HMAC-SHA256. The key is made once for each home
and kept beside the layers, readable by its owner only.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

LIFETIME: Final = 12 * 3600
"""Seconds that a registry token is valid (API_GetAuthorizationToken)."""
URL_LIFETIME: Final = 3600
"""Seconds that a layer's download URL is valid; ECR's own is not documented."""

_KEY_FILE: Final = "registry.key"
_process_key: Final = secrets.token_bytes(32)


def key(home: Path | None) -> bytes:
    """The signing key of this home; without a home, of this process."""
    if home is None:
        return _process_key
    path = home / _KEY_FILE
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    return secret if len(secret) == 32 else _make(path)


def _make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_bytes(32)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
    return made


def issue(secret: bytes, kind: str, expires: float, **facts: str) -> str:
    """A token of this kind, valid until `expires` (epoch seconds)."""
    body = json.dumps({"kind": kind, "expires": round(expires), **facts}, sort_keys=True).encode()
    return f"{_encode(body)}.{_encode(_mac(secret, body))}"


def verify(secret: bytes, kind: str, now: float, token: str) -> dict[str, Any] | None:
    """What the token says, or None if it is forged, of another kind or expired."""
    try:
        body, mac = (_decode(part) for part in token.split("."))
        if not hmac.compare_digest(mac, _mac(secret, body)):
            return None
        facts: dict[str, Any] = json.loads(body)
    except ValueError:
        return None
    return facts if facts["kind"] == kind and facts["expires"] > now else None


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
