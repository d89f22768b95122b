"""The web application of the image `node-example-1`: what `node app.js` would do, for that image alone."""

from html import escape
from typing import Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.place import Place, Run, serves
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import SandboxLimit
from ecslab.sandbox.runtime.programs.texts import TEXTS

PORT: Final = 80
HTML: Final = {"Content-Type": "text/html; charset=utf-8", "X-Powered-By": "Express"}


def node(process: Process, place: Place) -> Run:
    """`node app.js`: greet on port 80 (or `$PORT`); a visit to /error ends the program, as in the
    original.
    """
    if "node-example" not in process.spec.image.reference:
        raise SandboxLimit(
            f"`{' '.join(process.argv)}` is not run here: of Node.js the sandbox knows only the application "
            "of the image node-example-1. On AWS the program of the image would run."
        )
    port = int(process.variables().get("PORT", PORT))
    process.listen(port, lambda request: _answer(process, request))
    process.log(f"Listening on port {port}")
    return (yield from serves(place))


def _answer(process: Process, request: HttpRequest) -> HttpResponse:
    if request.path == "/error":
        raise RuntimeError("somebody visited /error")
    if request.path == "/env":
        rows = "".join(f"<li>{escape(k)}={escape(v)}</li>" for k, v in sorted(process.variables().items()))
        return HttpResponse(200, HTML, f"<ul>{rows}</ul>".encode())
    if request.path != "/":
        return HttpResponse(404, HTML, f"<pre>Cannot {request.method} {escape(request.path)}</pre>".encode())
    return HttpResponse(200, HTML, TEXTS["node"]["page"].encode())
