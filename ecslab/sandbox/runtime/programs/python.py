"""`python`: a web server of the current folder, a version, and nothing that is a program of one's own."""

from ecslab.sandbox.runtime.process import Place, Process, Run, SandboxLimit
from ecslab.sandbox.runtime.programs import web


def python(process: Process, place: Place) -> Run:
    """`python -m http.server [PORT]`, `python --version`; without a terminal `python` alone ends at once."""
    words = process.argv[1:]
    if not words:
        return 0
    if words[0] in ("--version", "-V"):
        process.log(f"Python {process.variables().get('PYTHON_VERSION', '3')}")
        return 0
    if words[:2] == ["-m", "http.server"]:
        numbers = [word for word in words[2:] if word.isdecimal()]
        return (yield from web.python_server(process, int(numbers[0]) if numbers else 8000, place))
    raise SandboxLimit(
        f"`{' '.join(process.argv)}` is not run here: of Python the sandbox knows only `-m http.server` and "
        "--version. On AWS the program of the image would run."
    )
