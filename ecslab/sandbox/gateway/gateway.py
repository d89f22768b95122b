"""The gateway: "the internet" as the learner's browser and curl see it.

Two ways to name a container's public IP, on a port of the gateway's own:

- proxy form, an ordinary HTTP proxy: `curl -x "$ECSLAB_GATEWAY" http://203.0.113.9/`; the proxy asks for the
  gateway's secret as its password;
- path form, for frames and links: `http://127.0.0.1:PORT/<secret>/203.0.113.9:80/`.

In both, an IPv6 address stands in brackets, and a load balancer's DNS name may stand in place of the IP. It
leads to this sandbox's containers and nowhere else. What the browser knows of Jupyter (cookies, tokens,
authorization) stops here; a program never sees it.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ecslab.sandbox.gateway import pages
from ecslab.sandbox.http_message import INTERNET, INTERNET_IPV6, HttpRequest, HttpResponse
from ecslab.sandbox.wire.limits import VISIT
from ecslab.sandbox.wire.request import announced

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECRETS: Final = frozenset(
    {"cookie", "authorization", "proxy-authorization", "proxy-connection", "connection", "referer", "origin",
     "x-xsrftoken", "x-forwarded-prefix", "x-proxycontextpath", "x-forwarded-for", "x-forwarded-host",
     "x-forwarded-proto", "x-real-ip", "host", "content-length", "transfer-encoding", "keep-alive", "te",
     "accept-encoding"}
)  # fmt: skip
_QUERY_SECRETS: Final = frozenset({"token", "_xsrf"})
_IPV6: Final = r"\[[0-9A-Fa-f:]{2,39}\]"
_HOST: Final = rf"\d{{1,3}}(?:\.\d{{1,3}}){{3}}|{_IPV6}|[A-Za-z0-9.-]+\.elb(?:\.[a-z0-9-]+)?\.amazonaws\.com"
_PATH: Final = re.compile(rf"/([^/]+)/({_HOST})(?::(\d{{1,5}}))?(/.*)?")
_TARGET: Final = re.compile(rf"http://({_IPV6}|[^/:?]+)(?::(\d{{1,5}}))?([^?]*)(?:\?(.*))?", re.IGNORECASE)
_TIMEOUTS: Final = frozenset({"no-public-ip", "route", "network-acl", "security-group"})
_REALM: Final = 'Basic realm="ecslab gateway: use the address that ecslab env prints as ECSLAB_GATEWAY"'


_HERE: Final = HttpResponse(204, dict(pages.SAFE), b"")
"""To who asks for no page at all: the gateway is here. A frame asks so before it shows itself."""


def _asks_whether_we_are_here(target: str, request: HttpRequest) -> bool:
    return target == "/" and request.method in ("GET", "HEAD")


class Refused(Exception):
    """Why a visitor gets no answer of a container, as the page tells it.

    Args:
        status: HTTP status.
        title, text, hint: what the page says.
        headers: further ones.
    """

    def __init__(
        self, status: int, title: str, text: str, hint: str = "", headers: Mapping[str, str] | None = None
    ):
        super().__init__(text)
        self.status, self.title, self.text, self.hint, self.headers = status, title, text, hint, headers or {}

    def response(self) -> HttpResponse:
        body = pages.refusal(self.title, self.text, self.hint)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **pages.SAFE}
        return HttpResponse(self.status, {**headers, **self.headers}, body)


class NotIn(Refused):
    """A packet to `host` does not get in. `stopped_by` names the rule, `text` says it in words."""

    def __init__(self, host: str, port: int, stopped_by: str | None, text: str):
        status = 504 if stopped_by in _TIMEOUTS else 502
        hint = "ecslab.verify.why_not(lab, task) and notebook 05-verify show how to put it right."
        shown = f"[{host}]" if ":" in host else host
        super().__init__(status, f"No answer from {shown}:{port}", text, hint)


Visit = Callable[[str, int, HttpRequest], HttpResponse]


class Gateway:
    """Answers for every address of the sandbox's internet.

    Args:
        visit: asks the container behind an IP and port; raises NotIn or ConnectionError.
        secret: the password of the proxy form and first part of the path form.
    """

    def __init__(self, visit: Visit, secret: str):
        self._visit, self._secret = visit, secret

    def answer(self, target: str, request: HttpRequest) -> HttpResponse:
        """Answer one request; `target` is the request line's, absolute or a path."""
        if _asks_whether_we_are_here(target, request):
            return _HERE
        try:
            if target.lower().startswith("http://"):
                return self._as_proxy(target, request)
            return self._as_path(target, request)
        except Refused as refused:
            return refused.response()

    def admit(self, target: str, head: HttpRequest) -> int | HttpResponse:
        """Judge a request by its head, before its body is read: the bytes it may have, or the refusal."""
        if _asks_whether_we_are_here(target, head):
            return _HERE
        try:
            if target.lower().startswith("http://"):
                self._proxied(target, head)
            else:
                self._pathed(target, head)
            if announced(head) > VISIT:
                text = f"A visitor may send {VISIT >> 20} MiB to a container of this sandbox."
                raise Refused(413, "Too large", text)
            return VISIT
        except Refused as refused:
            return refused.response()

    def _proxied(self, target: str, head: HttpRequest) -> re.Match[str]:
        """The parts of the address that a proxy's client asks for, if it may."""
        _refuse_tunnels(target, head)
        if not self._knows_password(head.headers.get("proxy-authorization", "")):
            raise Refused(
                407,
                "This proxy needs its password",
                'It is in ECSLAB_GATEWAY: run eval "$(ecslab env)", then '
                'curl -x "$ECSLAB_GATEWAY" http://<public ip>/',
                headers={"Proxy-Authenticate": _REALM},
            )
        address = _TARGET.fullmatch(target)
        if address is None or not re.fullmatch(_HOST, address[1]):
            raise Refused(
                403, "Not a container of this sandbox",
                "This proxy leads to the public IPs of this sandbox's containers and to its load balancers, "
                "and nowhere else.",
            )  # fmt: skip
        return address

    def _as_proxy(self, target: str, request: HttpRequest) -> HttpResponse:
        address = self._proxied(target, request)
        host, port = address[1], int(address[2] or 80)
        named = host
        if host[-1].isalpha():  # a load balancer may be asked for a domain that points to it: curl -H Host:
            named = request.headers.get("host", host)
        response = self._ask(host, port, _for_program(request, address[3] or "/", address[4] or "", named))
        return _sent(response, request.method)

    def _pathed(self, target: str, head: HttpRequest) -> re.Match[str]:
        """The parts of a path that begins with the secret, and leads to an address."""
        _refuse_tunnels(target, head)
        address = _PATH.fullmatch(head.path)
        if address is None or not hmac.compare_digest(unquote(address[1]).encode(), self._secret.encode()):
            text = "Open the link that the notebook or `ecslab env` shows; it carries a secret part."
            raise Refused(404, "Nothing here", text)
        return address

    def _as_path(self, target: str, request: HttpRequest) -> HttpResponse:
        address = self._pathed(target, request)
        secret, host, port, path = address[1], address[2], int(address[3] or 80), address[4]
        behind = request.headers.get("x-forwarded-prefix") or request.headers.get("x-proxycontextpath") or ""
        prefix = f"{behind.rstrip('/')}/{secret}/{host}:{port}"
        if path is None:
            return HttpResponse(307, {"Location": prefix + "/", **pages.SAFE})
        inner = _for_program(request, path, request.query, host)
        response = self._ask(host, port, inner)
        if behind:
            response = pages.inlined(response, inner.path, lambda part: self._part(host, port, part, inner))
        return _sent(pages.rewritten(response, prefix), request.method)

    def _ask(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            raise Refused(405, "No such method", f"The gateway passes {', '.join(sorted(METHODS))}.")
        try:
            return self._visit(_plain(host), port, request)
        except ConnectionError as failure:
            text = f"The container failed while it answered: {failure}"
            raise Refused(502, f"{host}:{port} closed the connection", text) from None

    def _part(self, host: str, port: int, address: str, page: HttpRequest) -> HttpResponse | None:
        path, _, query = address.partition("?")
        try:
            response = self._ask(host, port, replace(page, method="GET", path=path, query=query, body=b""))
        except Refused:
            return None
        return response if response.status == 200 else None

    def _knows_password(self, header: str) -> bool:
        scheme, _, code = header.partition(" ")
        try:
            _, _, password = base64.b64decode(code, validate=True).decode().partition(":")
        except ValueError:
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(password.encode(), self._secret.encode())


def _refuse_tunnels(target: str, head: HttpRequest) -> None:
    if head.method == "CONNECT" or target.lower().startswith("https://"):
        text = "The containers of this sandbox speak plain HTTP. Use http:// in the address."
        raise Refused(501, "No HTTPS here", text)


def _for_program(request: HttpRequest, path: str, query: str, host: str) -> HttpRequest:
    """The visitor's request as the program may see it."""
    headers = {name: value for name, value in request.headers.items() if name not in _SECRETS}
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(name in _QUERY_SECRETS for name, _ in pairs):
        query = urlencode([(name, value) for name, value in pairs if name not in _QUERY_SECRETS])
    path = quote(path, safe="/~:@!$&'()*+,;=%")
    peer = INTERNET_IPV6 if host.startswith("[") else INTERNET
    return HttpRequest(request.method, path, query, {**headers, "host": host}, request.body, peer)


def _plain(host: str) -> str:
    """A host without the brackets that an IPv6 address has in a link, in its one spelling."""
    try:
        return str(ip_address(host[1:-1])) if host.startswith("[") else host
    except ValueError:
        raise Refused(404, "Nothing here", f"{host} is no IPv6 address.") from None


def _sent(response: HttpResponse, method: str) -> HttpResponse:
    """What goes back to the visitor."""
    headers = {**pages.headers(response), "Content-Length": str(len(response.body))}
    return HttpResponse(response.status, headers, b"" if method == "HEAD" else response.body)
