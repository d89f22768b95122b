"""The programs the embedded runtime knows, by the name they are called by.

`httpd-foreground`, `httpd`, `nginx`   a static web server on the image's own files
`node app.js`                          the small web application of the image `node-example-1`
`sleep`, `true`, `false`               as everywhere
`sh -c`, `bash -c`                     the grammar of `ecslab.sandbox.runtime.shell.interpreter`
`redis-server`                         a small part of Redis
`python -m http.server`, `--version`, `-c` with the text of `guestbook.py`   of Python no more
`caddy run`, `traefik`                 a static web server, and a proxy without routes
`postgres`, `mysqld`, `mongod`, …      listen, and speak no protocol (`servers`)
`curl`, `wget`, `redis-cli`, `aws`, `echo`, `cat`, `env`, …   as in the shell
`hello`                                the greeting of the image `hello-world`
`log-lines`, `exit-after`, `eat-memory`, `fail`   small programs that make one thing happen, for lessons
"""

from typing import Final

from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.place import FOREVER, Place, Run, serves
from ecslab.sandbox.runtime.process import Process, ends
from ecslab.sandbox.runtime.program_errors import NotInImage, SandboxLimit
from ecslab.sandbox.runtime.programs import node, python, redis, servers, small, web
from ecslab.sandbox.runtime.shell import interactive, interpreter
from ecslab.sandbox.runtime.shell.commands import BROUGHT, COMMANDS
from ecslab.sandbox.runtime.shell.simple_command import too_long

PROGRAMS: Final = {
    "httpd-foreground": web.httpd,
    "httpd": web.httpd,
    "apachectl": web.httpd,
    "apache2-foreground": web.httpd,
    "nginx": web.nginx,
    "node": node.node,
    "npm": node.node,
    "redis-server": redis.server,
    **dict.fromkeys(servers.SERVERS, servers.serve),
    "caddy": web.caddy,
    "traefik": web.traefik,
    "python": python.python,
    "python3": python.python,
    "sleep": small.sleep,
    "true": small.true,
    "false": small.false,
    "hello": small.hello,
    "log-lines": small.log_lines,
    "exit-after": small.exit_after,
    "eat-memory": small.eat_memory,
    "stress": small.stress,
    "fail": small.fail,
}
__all__ = ["PROGRAMS", "run", "too_long"]

SHELLS: Final = frozenset({"sh", "bash", "ash", "dash"})
RUNS: Final = frozenset({*PROGRAMS, *SHELLS, *COMMANDS, *CLIENTS})
"""What can be called by its name."""
BUILT_IN: Final = frozenset({"cd", "export", "unset", "set", ":"})  # of a shell; no program
WRAPPERS: Final = frozenset(
    {"docker-entrypoint.sh", "entrypoint.sh", "__cacert_entrypoint.sh", "tini", "dumb-init", "--"}
)


def run(process: Process, place: Place) -> Run:
    """The program that `process.argv` names, begun, or found asleep at its place.

    Raises SandboxLimit if it names a program that is not known here.
    """
    if place.asleep == FOREVER:
        return serves(place)
    if place.begun:
        return _known(process, place)
    while process.argv and _name(process) in WRAPPERS:
        process.argv = process.argv[1:]
    if not process.argv:
        process.log("no command specified")
        return ends(127)
    name = _name(process)
    if name in BROUGHT and not process.has(process.argv[0]):
        raise NotInImage(process.argv[0])
    place.program = name
    return _known(process, place)


def _known(process: Process, place: Place) -> Run:
    name = place.program
    if name in SHELLS:
        if interactive.is_for(process, place):
            return interactive.main(process, run, place)
        return interpreter.main(process, run, place)
    if (name in COMMANDS or name in CLIENTS) and name not in PROGRAMS and name not in BUILT_IN:
        return _command(process, name, place)
    if name not in PROGRAMS:
        raise SandboxLimit(
            f"`{' '.join(process.argv)}` is not run here: the sandbox knows only "
            f"{', '.join(sorted(PROGRAMS))} and sh -c. On AWS the program of the image would run."
        )
    return PROGRAMS[name](process, place)


def _command(process: Process, name: str, place: Place) -> Run:
    words = process.argv[1:]
    if name in COMMANDS:
        output, errors, status = COMMANDS[name](process, process.variables(), words)
    else:
        output, errors, status = yield from CLIENTS[name](process, words, place.within(Place))
    for text in (output, errors):
        if text:
            process.log(text.removesuffix("\n"))
    return status


def _name(process: Process) -> str:
    return process.argv[0].rsplit("/", 1)[-1]
