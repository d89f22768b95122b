"""The registry HTTP API v2 over what the ECR API keeps: what docker, skopeo and crane speak.

`/v2/<name>/…` is the account's own registry and takes the token of GetAuthorizationToken, in the token's
Region. `/v2/<ECR registry>/<name>/…` is the same, with account and Region in the path. `/v2/<public
registry>/<name>/…` is the catalogue of public images, which anybody may read. `/_layers/<token>` is where
GetDownloadUrlForLayer leads.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr import access, tokens
from ecslab.sandbox.bridge.ecr.backend import EcrBackend, registry
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.registry import public
from ecslab.sandbox.registry.private import PrivateRegistry
from ecslab.sandbox.registry.reply import API, NotAuthorized, Refused, content
from ecslab.sandbox.registry.route import LAYERS, Route, route

LET_IN: Final = "let in before"
_ACTIONS: Final = {
    ("GET", "manifests"): "BatchGetImage", ("HEAD", "manifests"): "BatchGetImage",
    ("PUT", "manifests"): "PutImage", ("DELETE", "manifests"): "BatchDeleteImage",
    ("GET", "blobs"): "GetDownloadUrlForLayer", ("HEAD", "blobs"): "BatchCheckLayerAvailability",
    ("POST", "uploads"): "InitiateLayerUpload", ("PATCH", "uploads"): "UploadLayerPart",
    ("PUT", "uploads"): "CompleteLayerUpload", ("GET", "tags"): "ListImages",
}  # fmt: skip
"""What a request is by the name that policies have for it (user guide, image push and pull permissions)."""
_ECR_HOST: Final = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


def answer(request: HttpRequest, account: str, region: str) -> HttpResponse:
    """Answer one request. A refusal is an answer, not an error.

    Args:
        request: its path begins with `/v2` or `/_layers/`.
        account: whose registry this is.
        region: the Region named to a client that has no token yet.
    """
    path = unquote(request.path).removeprefix("/v2").lstrip("/")
    try:
        if request.path.startswith(LAYERS):
            return _layer(request, account, region)
        if path.partition("/")[0] in public.HOSTS:
            if "/" not in path.rstrip("/"):
                return _welcome()
            return public.answer(request, _routed(path, request))
        return _private(request, path, account, region)
    except Refused as refused:
        return refused.response()


def refusal(head: HttpRequest, account: str, region: str) -> HttpResponse | None:
    """What a request is refused for that has a body to send: it needs a token, and leads somewhere."""
    path = unquote(head.path).removeprefix("/v2").lstrip("/")
    first = path.partition("/")[0]
    try:
        if head.path.startswith(LAYERS) or first in public.HOSTS:
            raise Refused(405, "UNSUPPORTED", f"{head.method} takes no body here: it is read only")
        named = _ECR_HOST.fullmatch(first)
        _authorized(head.headers, account, named["region"] if named else region)
        _routed(path, head)
    except Refused as refused:
        return refused.response()
    return None


def token_region(headers: Mapping[str, str], account: str, region: str) -> str:
    """The Region that the caller's token is for; `region` for a caller without a token that is good."""
    try:
        return str(_authorized(headers, account, region)["region"])
    except Refused:
        return region


def admission(account: str, region: str) -> str:
    """The `Authorization` of somebody who was let in before, for the replay: the journal keeps no tokens."""
    expires = current_account().client_time() + tokens.LIFETIME
    token = tokens.issue(
        _backend(account, region).key, "registry", expires, account=account, region=region, caller=LET_IN
    )
    return f"Basic {base64.b64encode(f'AWS:{token}'.encode()).decode()}"


def _private(request: HttpRequest, path: str, account: str, region: str) -> HttpResponse:
    host = path.partition("/")[0]
    named = _ECR_HOST.fullmatch(host)
    token = _authorized(request.headers, account, named["region"] if named else region)
    if named and (named["account"], named["region"]) != (account, token["region"]):
        why = f"Your authorization token is for account {account} in {token['region']}."  # U
        raise Refused(403, "DENIED", why)
    front = f"{host}/" if named else ""
    if not f"{path}/".removeprefix(front).strip("/"):
        return _welcome()
    routed = _routed(path, request)
    name = routed.name.removeprefix(front)
    _judge(token, routed, request, f"arn:aws:ecr:{token['region']}:{account}:repository/{name}")
    return PrivateRegistry(_backend(account, token["region"]), name, routed, request).answer()


def _judge(token: Mapping[str, Any], routed: Route, request: HttpRequest, arn: str) -> None:
    """Ask whether who got the token may do this now: tokens carry no permissions of their own."""
    action = _ACTIONS.get((request.method, routed.kind))
    if action is None or token.get("caller") == LET_IN:
        return
    root = access.principal(None)
    who = access.Principal(token.get("caller", root.arn), token.get("role"))
    problem = access.problem(who, f"ecr:{action}", arn)
    if problem:
        raise Refused(403, "DENIED", problem)


def _routed(path: str, request: HttpRequest) -> Route:
    routed = route(path, request.query)
    if routed is None:
        raise Refused(404, "UNSUPPORTED", f"there is nothing at /v2/{path}")
    return routed


def _welcome() -> HttpResponse:
    return HttpResponse(200, {**API, "Content-Type": "application/json"}, b"{}")


def _authorized(headers: Mapping[str, str], account: str, region: str) -> dict[str, Any]:
    """What the token of `Authorization: Basic` says. Its secret part is one for all Regions."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        user = password = ""
    secret = _backend(account, region).key
    if scheme.lower() == "basic" and user == "AWS":
        if facts := tokens.verify(secret, "registry", current_account().client_time(), password):
            return facts
        if tokens.verify(secret, "registry", 0, password):
            why = "Your authorization token has expired. Reauthenticate and try again."  # U
            raise Refused(403, "DENIED", why)
    raise NotAuthorized(f"https://{account}.dkr.ecr.{region}.amazonaws.com/")


def _layer(request: HttpRequest, account: str, region: str) -> HttpResponse:
    """The bytes of the layer for which the token in the path was made; S3 has them on AWS."""
    token = request.path.removeprefix(LAYERS)
    facts = tokens.verify(_backend(account, region).key, "layer", current_account().client_time(), token)
    if facts is None:
        raise Refused(403, "DENIED", "Request has expired, or its token was not made here.")
    blob = _backend(account, facts["region"]).blobs.get(facts["digest"])
    if blob is None:
        raise Refused(404, "BLOB_UNKNOWN", f"The layer with digest '{facts['digest']}' does not exist")
    return content(request, "application/octet-stream", facts["digest"], blob)


def _backend(account: str, region: str) -> EcrBackend:
    backend = registry(account, region)
    if backend is None:
        raise Refused(404, "NAME_UNKNOWN", f"There is no Region {region}.")
    return backend
