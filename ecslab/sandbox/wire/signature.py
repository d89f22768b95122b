"""Who may speak to the sandbox: AWS Signature Version 4, checked as AWS checks it.

Source: "Create a signed AWS API request" in the IAM user guide. A request passes if it is signed, in its
headers or its query, with a key this sandbox made, within 15 minutes of the wall clock, over the very body
that arrived. No pure function here reads a clock: the caller says what time it is.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

SKEW = 15 * 60  # seconds a signature stays good, either way
MAX_EXPIRES = 7 * 24 * 3600  # of a presigned URL
_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STAMP = "%Y%m%dT%H%M%SZ"
_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]|([a-z0-9-]+\.)+localhost)(:\d+)?", re.IGNORECASE)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair that may sign, and the session token that must come with it, if any."""

    access_key: str
    secret_key: str
    session_token: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, and for which service and region."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says of its own signature."""

    access_key: str
    scope: tuple[str, str, str]  # date, region, service
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    token: str | None
    expires: int
    query: str
    presigned: bool


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """Refuse what a web page could send: another Host (DNS rebinding) or another Origin.

    Raises:
        AwsError: AccessDenied, 403.
    """
    host = headers.get("host", "")
    if not _LOCAL.fullmatch(host) and not host.endswith(".amazonaws.com"):
        raise AwsError("AccessDenied", f"This sandbox answers on 127.0.0.1 only, not as {host!r}.", 403)
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise AwsError("AccessDenied", f"A page of {origin} may not call this sandbox.", 403)


def verify(request: HttpRequest, find_key: Callable[[str], Key | None], now: float) -> Signer:
    """Check a request's signature.

    Args:
        find_key: the key pair of an access key id, or None if this sandbox never issued it.
        now: epoch seconds of the wall clock.

    Raises:
        AwsError: MissingAuthenticationToken, IncompleteSignature, UnrecognizedClientException,
            InvalidSignatureException (wrong secret, changed body, stale), 403 each.
    """
    claim, key = _known(request, find_key, now)
    _compare(request, claim, key, _body_hash(request, claim))
    return _signer(claim)


def verify_head(head: HttpRequest, find_key: Callable[[str], Key | None], now: float) -> Signer:
    """Check what can be checked of a signature before the body is there: a known key, in time, over these
    headers if they tell the body's hash. `verify` has the last word.

    Raises:
        AwsError: as `verify` does.
    """
    claim, key = _known(head, find_key, now)
    declared = head.headers.get("x-amz-content-sha256")
    if declared is None and claim.presigned and claim.scope[2] == "s3":
        declared = _UNSIGNED
    if declared is not None:
        _compare(head, claim, key, declared)
    return _signer(claim)


def _known(request: HttpRequest, find_key: Callable[[str], Key | None], now: float) -> tuple[_Claim, Key]:
    """What a request says of its signature, if it names a key of ours and is in time; and that key."""
    claim = _claim(request)
    key = find_key(claim.access_key)
    if key is None or (key.session_token or None) != claim.token:
        raise AwsError(
            "UnrecognizedClientException", "The security token included in the request is invalid.", 403
        )
    _check_time(claim, now)
    return claim, key


def _compare(request: HttpRequest, claim: _Claim, key: Key, body_hash: str) -> None:
    ours = _signature(request, claim, key.secret_key, body_hash)
    if not hmac.compare_digest(ours.encode(), claim.signature.encode()):
        raise AwsError("InvalidSignatureException", _MISMATCH, 403)


def _signer(claim: _Claim) -> Signer:
    _, region, service = claim.scope
    return Signer(claim.access_key, region, service)


def sign(request: HttpRequest, key: Key, region: str, service: str, now: float) -> dict[str, str]:
    """The request's headers with a signature of `key` among them; every header there is gets signed."""
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    headers = {**request.headers, "x-amz-date": stamp}
    if key.session_token:
        headers["x-amz-security-token"] = key.session_token
    scope, names = (stamp[:8], region, service), tuple(sorted(headers))
    claim = _Claim(
        key.access_key, scope, names, "", stamp, key.session_token, SKEW, request.query, presigned=False
    )
    asked = HttpRequest(request.method, request.path, request.query, headers, request.body)
    credential = f"{key.access_key}/{'/'.join(scope)}/aws4_request"
    signature = _signature(asked, claim, key.secret_key, _body_hash(asked, claim))
    value = f"{_ALGORITHM} Credential={credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return {**headers, "authorization": value}


def _signature(request: HttpRequest, claim: _Claim, secret: str, body_hash: str) -> str:
    date, region, service = claim.scope
    canonical = _canonical(request, claim, body_hash)
    scope = f"{date}/{region}/{service}/aws4_request"
    text = "\n".join((_ALGORITHM, claim.stamp, scope, hashlib.sha256(canonical).hexdigest()))
    return hmac.new(_signing_key(secret, date, region, service), text.encode(), hashlib.sha256).hexdigest()


def _claim(request: HttpRequest) -> _Claim:
    header = request.headers.get("authorization", "")
    if header.startswith(_ALGORITHM):
        return _header_claim(request, header)
    query = dict(_pairs(request.query))
    if query.get("X-Amz-Algorithm") == _ALGORITHM:
        return _query_claim(request, query)
    raise AwsError(
        "MissingAuthenticationToken",
        "Missing Authentication Token. This sandbox takes requests signed with its own key: "
        'run eval "$(ecslab env)" in this terminal first.',
        403,
    )


def _header_claim(request: HttpRequest, header: str) -> _Claim:
    parts = dict(part.strip().partition("=")[::2] for part in header[len(_ALGORITHM) :].split(","))
    stamp = request.headers.get("x-amz-date", "")
    return _make_claim(
        parts.get("Credential", ""), parts.get("SignedHeaders", ""), parts.get("Signature", ""), stamp,
        request.headers.get("x-amz-security-token"), SKEW, request.query, presigned=False,
    )  # fmt: skip


def _query_claim(request: HttpRequest, query: Mapping[str, str]) -> _Claim:
    rest = "&".join(p for p in request.query.split("&") if not p.startswith("X-Amz-Signature="))
    expires = query.get("X-Amz-Expires", "")
    if not re.fullmatch(r"[0-9]{1,7}", expires) or not 0 < int(expires) <= MAX_EXPIRES:
        raise AwsError(
            "AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds.", 400
        )
    credential, signed, signature, stamp = (
        query.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature", "Date")
    )
    token = query.get("X-Amz-Security-Token")
    return _make_claim(credential, signed, signature, stamp, token, int(expires), rest, presigned=True)


def _make_claim(
    credential: str, signed: str, signature: str, stamp: str, token: str | None, expires: int, query: str,
    *, presigned: bool,
) -> _Claim:  # fmt: skip
    scope = credential.split("/")
    headers = tuple(signed.split(";"))
    if len(scope) != 5 or scope[4] != "aws4_request" or "host" not in headers or not signature:
        raise AwsError(
            "IncompleteSignature",
            "Authorization needs Credential=<key>/<date>/<region>/<service>/aws4_request, "
            "SignedHeaders with host, and Signature.",
            403,
        )
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", stamp) or not stamp.startswith(scope[1]):
        raise AwsError("IncompleteSignature", f"X-Amz-Date {stamp!r} does not fit the credential scope.", 403)
    return _Claim(
        scope[0],
        (scope[1], scope[2], scope[3]),
        headers,
        signature,
        stamp,
        token or None,
        expires,
        query,
        presigned,
    )


def _check_time(claim: _Claim, now: float) -> None:
    try:
        signed = datetime.strptime(claim.stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise AwsError("IncompleteSignature", f"X-Amz-Date {claim.stamp!r} is no date.", 403) from None
    here = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    if now - signed > max(claim.expires, 0):
        raise AwsError(
            "InvalidSignatureException",
            f"Signature expired: {claim.stamp} is now earlier than {here} - {claim.expires // 60} min.",
            403,
        )
    if signed - now > SKEW:
        raise AwsError(
            "InvalidSignatureException",
            f"Signature not yet current: {claim.stamp} is still later than {here} + 15 min.",
            403,
        )


def _body_hash(request: HttpRequest, claim: _Claim) -> str:
    declared = request.headers.get("x-amz-content-sha256")
    if claim.scope[2] == "s3" and (claim.presigned or (declared or "").startswith(("UNSIGNED", "STREAMING"))):
        return declared or _UNSIGNED
    actual = hashlib.sha256(request.body).hexdigest()
    if declared is not None and declared != actual:
        raise AwsError(
            "InvalidSignatureException",
            "The body is not the one that was signed (x-amz-content-sha256).",
            403,
        )
    return actual


def _canonical(request: HttpRequest, claim: _Claim, body_hash: str) -> bytes:
    path = request.path or "/"
    if claim.scope[2] != "s3":
        path = quote(_without_dots(path), safe="/~")
    pairs = sorted((_encode(name), _encode(value)) for name, value in _pairs(claim.query))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in sorted(claim.signed_headers)
    )
    return "\n".join(
        (request.method, path, query, headers, ";".join(claim.signed_headers), body_hash)
    ).encode()


def _pairs(query: str) -> list[tuple[str, str]]:
    split = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in split]


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _without_dots(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment and segment != ".":
            segments.append(segment)
    tail = "/" if path.endswith("/") and segments else ""
    return "/" + "/".join(segments) + tail


@lru_cache(maxsize=64)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
