"""The gateway: "the internet" as the learner's browser and curl see it.

Two ways to name a container's public IP, on a port of the gateway's own:

- proxy form, an ordinary HTTP proxy: `curl -x "$ECSLAB_GATEWAY" http://203.0.113.9/`; the proxy asks for the
  gateway's secret as its password;
- path form, for frames and links: `http://127.0.0.1:PORT/<secret>/203.0.113.9:80/`.

In both, a load balancer's DNS name may stand in place of the IP. It leads to this sandbox's containers and
nowhere else. What the browser knows of Jupyter (cookies, tokens,
authorization) stops here; a program never sees it.
"""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ecslab.sandbox.runtime.http import HttpRequest, HttpResponse
from ecslab.sandbox.server import pages
from ecslab.sandbox.server.http import PEER, Incoming, Reply

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECRETS: Final = frozenset(
    {"cookie", "authorization", "proxy-authorization", "proxy-connection", "connection", "referer", "origin",
     "x-xsrftoken", "x-forwarded-prefix", "x-proxycontextpath", "x-forwarded-for", "x-forwarded-host",
     "x-forwarded-proto", "x-real-ip", "host", "content-length", "transfer-encoding", "keep-alive", "te",
     "accept-encoding"}
)  # fmt: skip
_QUERY_SECRETS: Final = frozenset({"token", "_xsrf"})
_HOST: Final = r"\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z0-9.-]+\.elb(?:\.[a-z0-9-]+)?\.amazonaws\.com"
_PATH: Final = re.compile(rf"/([^/]+)/({_HOST})(?::(\d{{1,5}}))?(/.*)?")
_TARGET: Final = re.compile(r"http://([^/:?]+)(?::(\d{1,5}))?([^?]*)(?:\?(.*))?", re.IGNORECASE)
_STATUS: Final = {
    "no-public-ip": 504,
    "route": 504,
    "network-acl": 504,
    "security-group": 504,
    "nothing-listening": 502,
}


class NotIn(Exception):
    """What `visit` raises when a packet does not get in. `stopped_by` names the rule."""

    def __init__(self, stopped_by: str | None, text: str):
        super().__init__(text)
        self.stopped_by, self.text = stopped_by, text


Visit = Callable[[str, int, HttpRequest], HttpResponse]


class Gateway:
    """Answers for every address of the sandbox's internet.

    Args:
        visit: asks the container behind an IP and port; raises NotIn or ConnectionError.
        secret: the password of the proxy form and first part of the path form.
    """

    def __init__(self, visit: Visit, secret: str):
        self._visit, self._secret = visit, secret

    def answer(self, target: str, request: Incoming) -> Reply:
        """Answer one request; `target` is the request line's, absolute or a path."""
        if request.method == "CONNECT" or target.lower().startswith("https://"):
            return _page(
                501,
                "No HTTPS here",
                "The containers of this sandbox speak plain HTTP. Use http:// in the address.",
            )
        if target.lower().startswith("http://"):
            return self._as_proxy(target, request)
        return self._as_path(request)

    def _as_proxy(self, target: str, request: Incoming) -> Reply:
        if not self._knows_password(request.headers.get("proxy-authorization", "")):
            status, headers, body = _page(
                407,
                "This proxy needs its password",
                'It is in ECSLAB_GATEWAY: run eval "$(ecslab env)", then '
                'curl -x "$ECSLAB_GATEWAY" http://<public ip>/',
            )
            realm = 'Basic realm="ecslab gateway: use the address that ecslab env prints as ECSLAB_GATEWAY"'
            return status, {**headers, "Proxy-Authenticate": realm}, body
        found = _TARGET.fullmatch(target)
        if found is None or not re.fullmatch(_HOST, found[1]):
            return _page(
                403, "Not a container of this sandbox",
                "This proxy leads to the public IPs of this sandbox's containers and to its load balancers, "
                "and nowhere else.",
            )  # fmt: skip
        named = found[1]
        if not named[-1].isdigit():  # of a balancer one may ask for a domain that points to it: curl -H Host:
            named = request.headers.get("host", named)
        inner = _for_program(request, found[3] or "/", found[4] or "", named)
        return self._ask(found[1], int(found[2] or 80), inner, request.method)

    def _as_path(self, request: Incoming) -> Reply:
        found = _PATH.fullmatch(request.path)
        if found is None or not hmac.compare_digest(unquote(found[1]).encode(), self._secret.encode()):
            return _page(
                404,
                "Nothing here",
                "Open the link that the notebook or `ecslab env` shows; it carries a secret part.",
            )
        secret, ip, port, path = found[1], found[2], int(found[3] or 80), found[4]
        behind = request.headers.get("x-forwarded-prefix") or request.headers.get("x-proxycontextpath") or ""
        prefix = f"{behind.rstrip('/')}/{secret}/{ip}:{port}"
        if path is None:
            return 307, {"Location": prefix + "/", **pages.SAFE}, b""
        inner = _for_program(request, path, request.query, ip)
        return self._ask(ip, port, inner, request.method, prefix=prefix, inline=bool(behind))

    def _ask(
        self, ip: str, port: int, request: HttpRequest, method: str, *, prefix: str = "", inline: bool = False
    ) -> Reply:
        if method not in METHODS:
            return _page(405, "No such method", f"The gateway passes {', '.join(sorted(METHODS))}.")
        try:
            response = self._visit(ip, port, request)
        except NotIn as refused:
            text = f"{refused.text}"
            status = _STATUS.get(refused.stopped_by or "", 502)
            return _page(
                status,
                f"No answer from {ip}:{port}",
                text,
                "lab.verify and 05-verify show how to put it right.",
            )
        except ConnectionError as failed:
            return _page(
                502, f"{ip}:{port} closed the connection", f"The container failed while it answered: {failed}"
            )
        if inline:
            response = pages.inlined(response, request.path, lambda at: self._part(ip, port, at, request))
        if prefix:
            response = pages.rewritten(response, prefix)
        length = {"Content-Length": str(len(response.body))}
        return (
            response.status,
            {**pages.headers(response), **length},
            b"" if method == "HEAD" else response.body,
        )

    def _part(self, ip: str, port: int, address: str, page: HttpRequest) -> HttpResponse | None:
        path, _, query = address.partition("?")
        asked = replace(page, method="GET", path=path, query=query, body=b"")
        try:
            response = self._visit(ip, port, asked)
        except (NotIn, ConnectionError):
            return None
        return response if response.status == 200 else None

    def _knows_password(self, header: str) -> bool:
        scheme, _, code = header.partition(" ")
        try:
            _, _, password = base64.b64decode(code, validate=True).decode().partition(":")
        except ValueError:
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(password.encode(), self._secret.encode())


def _for_program(request: Incoming, path: str, query: str, host: str) -> HttpRequest:
    headers = {name: value for name, value in request.headers.items() if name not in _SECRETS}
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(name in _QUERY_SECRETS for name, _ in pairs):
        query = urlencode([(name, value) for name, value in pairs if name not in _QUERY_SECRETS])
    return HttpRequest(
        request.method,
        quote(path, safe="/~:@!$&'()*+,;=%"),
        query,
        {**headers, "host": host},
        request.body,
        PEER,
    )


def _page(status: int, title: str, text: str, hint: str = "") -> Reply:
    body = pages.refusal(title, text, hint)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **pages.SAFE}
    return status, headers, body
