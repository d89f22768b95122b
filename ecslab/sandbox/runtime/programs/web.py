"""A static web server on the files of the image: what `httpd` and `nginx` do with their default
configuration.
"""

import time
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import quote, unquote

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.place import Place, Run, serves
from ecslab.sandbox.runtime.process import Process, ends
from ecslab.sandbox.runtime.programs.texts import TEXTS
from ecslab.sandbox.world.time.clock import Leaves

_DOCROOTS: Final = ("/usr/local/apache2/htdocs", "/var/www/html")
_APACHE: Final = TEXTS["apache"]


@dataclass(frozen=True)
class Site:
    """A web server's name, its folder of pages, and whether it logs referrer and browser as nginx does."""

    server: str
    docroot: str
    combined_log: bool = False


APACHE: Final = {docroot: Site("Apache/2.4 (Unix)", docroot) for docroot in _DOCROOTS}
CADDY: Final = Site("Caddy", "/usr/share/caddy")
NGINX: Final = Site("nginx", "/usr/share/nginx/html", combined_log=True)


def httpd(process: Process, place: Place) -> Run:
    """`httpd-foreground`: Apache on port 80. BusyBox's `httpd -f -p PORT -h FOLDER` is understood too."""
    words = process.argv[1:]
    port = int(words[words.index("-p") + 1].rsplit(":", 1)[-1]) if "-p" in words[:-1] else 80
    if "-h" in words[:-1]:
        docroot = process.files.resolve(words[words.index("-h") + 1])
        return _Server(process, Site("BusyBox", docroot)).serves(port, place)
    docroot = next((folder for folder in _DOCROOTS if process.files.is_directory(folder)), "")
    if not docroot and process.files.is_directory("/usr/local/apache2"):
        docroot = _DOCROOTS[0]
    if not docroot:
        process.log(f"{process.argv[0]}: not found")
        return ends(127)
    if process.host.taken(port):
        process.log(_APACHE["taken"].format(port=port))
        return ends(1)
    _apache_notice(process, _APACHE["configured"])
    _apache_notice(process, _APACHE["command_line"])
    server = _Server(process, APACHE[docroot])
    process.on_term = server.ends
    return server.serves(port, place)


def nginx(process: Process, place: Place) -> Run:
    """`nginx -g 'daemon off;'`: nginx on port 80."""
    if not process.files.is_directory("/usr/share/nginx"):
        process.log(f"{process.argv[0]}: not found")
        return ends(127)
    if process.host.taken(80):
        process.log(TEXTS["nginx"]["taken"])
        return ends(1)
    server = _Server(process, NGINX)
    process.on_term = server.ends
    return server.serves(80, place)


def caddy(process: Process, place: Place) -> Run:
    """`caddy run`: the files of /usr/share/caddy on port 80."""
    server = _Server(process, CADDY)
    process.on_term = server.ends
    return server.serves(80, place)


def traefik(process: Process, place: Place) -> Run:
    """`traefik`: a proxy on port 80 that was told of no routes, whatever its options say."""
    if process.argv[1:]:
        process.note("traefik's options have no effect here: it knows no routes, and answers 404")
    process.on_term = _ends
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    process.listen(80, lambda _: HttpResponse(404, headers, b"404 page not found\n"))
    return serves(place)


def python_server(process: Process, port: int, place: Place) -> Run:
    """`python -m http.server`: the files of the current folder."""
    process.log(f"Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...")
    return _Server(process, Site("SimpleHTTP/0.6 Python", process.files.directory)).serves(port, place)


class _Server:
    """One web server. It is small, because thousands of tasks have one."""

    __slots__ = ("_process", "_site")

    def __init__(self, process: Process, site: Site):
        self._process, self._site = process, site

    def serves(self, port: int, place: Place) -> Run:
        self._process.listen(port, self)
        return serves(place)

    def repeats(self, period: float) -> Leaves:
        """See `RunningContainer.repeats`: its files do not change by themselves."""
        return self._process.logs_again(period)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = answer(self._process, self._site, request)
        self._process.log(access_line(self._process, self._site, request, response))
        return response if request.method != "HEAD" else HttpResponse(response.status, response.headers)

    def ends(self, _place: Place) -> Run:
        if self._site in APACHE.values():
            _apache_notice(self._process, _APACHE["shutting_down"])
        return ends(0)


def _ends(_place: Place) -> Run:
    return ends(0)


def answer(process: Process, site: Site, request: HttpRequest) -> HttpResponse:
    """The file the path names, its folder's index, a redirect to the folder, or an error page."""
    if request.method not in ("GET", "HEAD"):
        return _page(site, request, 405, {"Allow": "GET, HEAD"})
    path = unquote(request.path)
    full = _inside(site, path)
    if path.endswith("/"):
        content = process.files.read(f"{full}/index.html")
        full = f"{full}/index.html"
        if content is None and process.files.is_directory(full.removesuffix("/index.html")):
            return _page(site, request, 403)
    else:
        content = process.files.read(full)
    if content is not None:
        ending = full.rsplit(".", 1)[-1].lower()
        kind = TEXTS["web"]["types"].get(ending, "application/octet-stream")
        return HttpResponse(200, {"Server": site.server, "Content-Type": kind}, content)
    if process.files.is_directory(full):
        return _page(site, request, 301, {"Location": quote(path) + "/"})
    return _page(site, request, 404)


def access_line(process: Process, site: Site, request: HttpRequest, response: HttpResponse) -> str:
    """One line of the access log, in the common log format; nginx adds referrer and browser."""
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(process.host.timestamp()))
    size = len(response.body)
    line = (
        f'{request.peer} - - [{stamp}] "{request.method} {request.target} HTTP/1.1" {response.status} {size}'
    )
    if not site.combined_log:
        return line
    referrer, browser = request.headers.get("referer", "-"), request.headers.get("user-agent", "-")
    return f'{line} "{referrer}" "{browser}" "-"'


def _inside(site: Site, path: str) -> str:
    """The path under the docroot; `..` cannot lead out of it."""
    steps: list[str] = []
    for part in path.split("/"):
        if part == "..":
            steps = steps[:-1]
        elif part not in ("", "."):
            steps.append(part)
    return "/".join([site.docroot, *steps])


def _page(site: Site, request: HttpRequest, status: int, more: dict[str, str] | None = None) -> HttpResponse:
    """The server's own page for a status."""
    title, text = TEXTS["web"]["pages"][str(status)]
    text = text.format(method=request.method)
    head, body = f"<title>{status} {title}</title>", f"<h1>{title}</h1><p>{escape(text)}</p>"
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    headers = {"Server": site.server, "Content-Type": "text/html", **(more or {})}
    return HttpResponse(status, headers, page.encode())


def _apache_notice(process: Process, text: str) -> None:
    stamp = time.strftime("%a %b %d %H:%M:%S.000000 %Y", time.gmtime(process.host.timestamp()))
    process.log(f"[{stamp}] [mpm_event:notice] [pid 1:tid 1] {text}")
