"""A container's page on its way to the learner's browser.

The page is anybody's, and the browser is logged in to Jupyter. So every page goes out in a CSP sandbox: its
origin is opaque, it has no cookies, and it can read nothing of the server it came from. In path form
(`/<secret>/<ip>:<port>/…`) a root-relative address would miss the container, so those are rewritten; and
behind a hub, where a sandboxed page's own stylesheet would be asked for without the login cookie and refused,
stylesheets, scripts and images are put into the page.
"""

import base64
import mimetypes
import re
from collections.abc import Callable
from html import escape
from typing import Final
from urllib.parse import urljoin

from ecslab.sandbox.http_message import HttpResponse

CSP: Final = "sandbox allow-scripts allow-forms allow-popups"
MAX_INLINE: Final = 1 << 20  # bytes of one stylesheet, script or image put into a page
SAFE: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade",
     "content-length", "set-cookie", "x-frame-options", "content-security-policy", "service-worker-allowed",
     "clear-site-data", "strict-transport-security"}
)  # fmt: skip

_ATTRIBUTE: Final = re.compile(
    r"""(\s(?:href|src|action|poster|data)\s*=\s*)(["'])(/(?!/)[^"']*)\2""", re.IGNORECASE
)
_CSS_URL: Final = re.compile(r"""(url\(\s*["']?)(/(?!/)[^"')]*)""", re.IGNORECASE)
_STYLESHEET: Final = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_SCRIPT: Final = re.compile(
    r"""<script\b([^>]*?)\ssrc\s*=\s*["']([^"']+)["']([^>]*)>\s*</script>""", re.IGNORECASE
)
_IMAGE: Final = re.compile(
    r"""(<(?:img|source|video|audio)\b[^>]*?\ssrc\s*=\s*)(["'])([^"']+)\2""", re.IGNORECASE
)
_CSS_ANY: Final = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""", re.IGNORECASE)

Fetch = Callable[[str], HttpResponse | None]
"""Ask the container for a path of its own; None if it does not answer with 200."""


def _kind(response: HttpResponse) -> str:
    headers = response.headers.items()
    value = next((value for name, value in headers if name.lower() == "content-type"), "")
    return value.partition(";")[0].strip().lower()


def headers(response: HttpResponse) -> dict[str, str]:
    """What the browser gets of a program's headers: no cookies, no framing rules, our sandbox."""
    safe = {name: value for name, value in response.headers.items() if name.lower() not in HOP}
    return {**safe, **SAFE}


def rewritten(response: HttpResponse, prefix: str) -> HttpResponse:
    """The response with its root-relative addresses under `prefix` (such as `/SECRET/203.0.113.9:80`)."""
    changed = {name: _moved(name, value, prefix) for name, value in response.headers.items()}
    body, kind = response.body, _kind(response)
    if kind in ("text/html", "application/xhtml+xml"):
        text = body.decode("utf-8", "surrogateescape")
        text = _ATTRIBUTE.sub(lambda m: f"{m[1]}{m[2]}{prefix}{m[3]}{m[2]}", text)
        body = _CSS_URL.sub(lambda m: f"{m[1]}{prefix}{m[2]}", text).encode("utf-8", "surrogateescape")
    elif kind == "text/css":
        text = body.decode("utf-8", "surrogateescape")
        body = _CSS_URL.sub(lambda m: f"{m[1]}{prefix}{m[2]}", text).encode("utf-8", "surrogateescape")
    return HttpResponse(response.status, changed, body)


def _moved(name: str, value: str, prefix: str) -> str:
    inside = name.lower() == "location" and value.startswith("/") and not value.startswith("//")
    return prefix + value if inside else value


def inlined(response: HttpResponse, path: str, fetch: Fetch) -> HttpResponse:
    """An HTML response with its own stylesheets, scripts and images put in; other responses as they are."""
    if _kind(response) not in ("text/html", "application/xhtml+xml"):
        return response
    text = response.body.decode("utf-8", "surrogateescape")
    text = _STYLESHEET.sub(lambda m: _style(m[0], path, fetch), text)
    text = _SCRIPT.sub(lambda m: _script(m, path, fetch), text)
    text = _IMAGE.sub(lambda m: f"{m[1]}{m[2]}{_data(m[3], path, fetch)}{m[2]}", text)
    return HttpResponse(response.status, response.headers, text.encode("utf-8", "surrogateescape"))


def _get(address: str, path: str, fetch: Fetch) -> tuple[str, HttpResponse] | None:
    if re.match(r"[a-z][a-z0-9+.-]*:|//|#", address, re.IGNORECASE):
        return None  # another host's, or no address at all
    at = urljoin(path, address.partition("#")[0])
    response = fetch(at)
    return (at, response) if response is not None and len(response.body) <= MAX_INLINE else None


def _style(tag: str, path: str, fetch: Fetch) -> str:
    attributes = dict(re.findall(r"""([a-z-]+)\s*=\s*["']?([^"'\s>]+)""", tag, re.IGNORECASE))
    if attributes.get("rel", "").lower() != "stylesheet" or "href" not in attributes:
        return tag
    got = _get(attributes["href"], path, fetch)
    if got is None:
        return tag
    at, css = got
    text = css.body.decode("utf-8", "replace")
    text = _CSS_ANY.sub(lambda m: f"url({_data(m[1].strip(), at, fetch)})", text)
    return f"<style>{text.replace('</', '<' + chr(92) + '/')}</style>"


def _script(match: re.Match[str], path: str, fetch: Fetch) -> str:
    got = _get(match[2], path, fetch)
    if got is None:
        return match[0]
    text = got[1].body.decode("utf-8", "replace").replace("</script", "<\\/script")
    return f"<script{match[1]}{match[3]}>{text}</script>"


def _data(address: str, path: str, fetch: Fetch) -> str:
    got = _get(address, path, fetch)
    if got is None:
        return address
    at, response = got
    kind = _kind(response) or mimetypes.guess_type(at)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(response.body).decode()}"


def refusal(title: str, text: str, hint: str = "") -> bytes:
    """A small page, readable in a frame and in a terminal."""
    more = f"<p>{escape(hint)}</p>" if hint else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em;"
        "color-scheme:light dark}</style>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n{more}\n</html>\n"
    ).encode()
