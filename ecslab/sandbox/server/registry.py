"""The registry HTTP API v2 over what the ECR API keeps: what docker, skopeo and crane speak.

`/v2/<name>/…` is the account's own registry and takes the token of GetAuthorizationToken, in the token's
Region. `/v2/<ECR registry>/<name>/…` is the same, with account and Region in the path. `/v2/<public
registry>/<name>/…` is the catalogue of public images, which anybody may read. `/_layers/<token>` is where
GetDownloadUrlForLayer leads.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr import tokens
from ecslab.sandbox.bridge.ecr.backend import EcrBackend, registry
from ecslab.sandbox.server import _registry_public
from ecslab.sandbox.server._registry_private import PrivateRegistry
from ecslab.sandbox.server._registry_reply import API, NotAuthorized, Refused, Reply, Request, content

_ROUTES: Final = {
    "uploads": re.compile(r"(?P<name>.+)/blobs/uploads/?(?P<rest>[^/]*)"),
    "blobs": re.compile(r"(?P<name>.+)/blobs/(?P<rest>[^/]+)"),
    "manifests": re.compile(r"(?P<name>.+)/manifests/(?P<rest>[^/]+)"),
    "tags": re.compile(r"(?P<name>.+)/tags/(?P<rest>list)"),
}
_ECR_HOST: Final = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


def registry_v2(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, account: str, region: str
) -> Reply:
    """Answer one request: status, headers and body. A refusal is an answer, not an error.

    Args:
        path: as on the wire, from `/v2` or `/_layers/`.
        query: as on the wire, without `?`.
        headers: names in lower case.
        account: whose registry this is.
        region: the Region named to a client that has no token yet.
    """
    rest = unquote(path).removeprefix("/v2").lstrip("/")
    request = Request(method, "", "", rest, dict(parse_qsl(query, keep_blank_values=True)), headers, body)
    try:
        if path.startswith("/_layers/"):
            return _layer(request, path.removeprefix("/_layers/"), account, region)
        if rest.partition("/")[0] in _registry_public.HOSTS:
            return _registry_public.answer(_routed(request)) if "/" in rest.rstrip("/") else _welcome()
        return _private(request, account, region)
    except Refused as refused:
        return refused.reply()


def token_region(headers: Mapping[str, str], account: str, region: str) -> str:
    """The Region that the caller's token is for; `region` for a caller without a token that is good."""
    try:
        return str(_authorized(headers, account, region)["region"])
    except Refused:
        return region


def admission(account: str, region: str) -> str:
    """The `Authorization` of somebody who was let in before, for the replay: the journal keeps no tokens."""
    expires = determinism.now() + tokens.LIFETIME
    token = tokens.issue(_backend(account, region).key, "registry", expires, account=account, region=region)
    return f"Basic {base64.b64encode(f'AWS:{token}'.encode()).decode()}"


def _private(request: Request, account: str, region: str) -> Reply:
    host = request.rest.partition("/")[0]
    named = _ECR_HOST.fullmatch(host)
    token = _authorized(request.headers, account, named["region"] if named else region)
    if named and (named["account"], named["region"]) != (account, token["region"]):
        why = f"Your authorization token is for account {account} in {token['region']}."  # U
        raise Refused(403, "DENIED", why)
    front = f"{host}/" if named else ""
    if not f"{request.rest}/".removeprefix(front).strip("/"):
        return _welcome()
    routed = _routed(request)
    backend = _backend(account, token["region"])
    return PrivateRegistry(backend, routed.name.removeprefix(front)).answer(routed)


def _routed(request: Request) -> Request:
    for kind, pattern in _ROUTES.items():
        if found := pattern.fullmatch(request.rest):
            return replace(request, name=found["name"], kind=kind, rest=found["rest"])
    raise Refused(404, "UNSUPPORTED", f"there is nothing at /v2/{request.rest}")


def _welcome() -> Reply:
    return 200, {**API, "Content-Type": "application/json"}, b"{}"


def _authorized(headers: Mapping[str, str], account: str, region: str) -> dict[str, Any]:
    """What the token of `Authorization: Basic` says. Its secret part is one for all Regions."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        user = password = ""
    secret = _backend(account, region).key
    if scheme.lower() == "basic" and user == "AWS":
        if facts := tokens.verify(secret, "registry", determinism.now(), password):
            return facts
        if tokens.verify(secret, "registry", 0, password):
            why = "Your authorization token has expired. Reauthenticate and try again."  # U
            raise Refused(403, "DENIED", why)
    raise NotAuthorized(f"https://{account}.dkr.ecr.{region}.amazonaws.com/")


def _layer(request: Request, token: str, account: str, region: str) -> Reply:
    """The bytes of the layer for which the token was made; S3 has them on AWS."""
    facts = tokens.verify(_backend(account, region).key, "layer", determinism.now(), token)
    if facts is None:
        raise Refused(403, "DENIED", "Request has expired, or its token was not made here.")
    blob = _backend(account, facts["region"]).blobs.get(facts["digest"])
    if blob is None:
        raise Refused(404, "BLOB_UNKNOWN", f"The layer with digest '{facts['digest']}' does not exist")
    return content(request, "application/octet-stream", facts["digest"], blob)


def _backend(account: str, region: str) -> EcrBackend:
    found = registry(account, region)
    if found is None:
        raise Refused(404, "NAME_UNKNOWN", f"There is no Region {region}.")
    return found
