"""Servers that are stood in for as far as a neighbour sees: they ask for their settings, listen, and say so.

What they would answer in their own protocols is not here: a connection is closed without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.place import Place, Run, serves
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.world.texts import tables


@dataclass(frozen=True)
class Server:
    """A server.

    Attributes:
        ports: that it listens on.
        ready: what its log says when it does.
        stopping: what its log says at TERM.
        wants: variables of which one has to be set.
        refusal: what its log says without.
        seconds: from its start until it listens.
    """

    ports: Sequence[int]
    ready: str
    stopping: str = ""
    wants: Sequence[str] = ()
    refusal: str = ""
    seconds: float = 1.0


SERVERS: Final = {name: Server(**row) for name, row in tables(__file__).items()}


def serve(process: Process, place: Place) -> Run:
    """The server that the command names; without the setting that the real one asks for, exit code 1."""
    server = SERVERS[process.argv[0].rpartition("/")[2]]
    waits = place.asleep is not None
    if not waits and server.wants and not any(process.variables().get(name) for name in server.wants):
        process.log(server.refusal.strip())
        return 1
    yield from place.sleep(server.seconds)
    for port in server.ports:
        process.listen(port, _hang_up)
    process.on_term = lambda _place: _ends(process, server)
    if server.ready:
        process.log(server.ready.strip())
    return (yield from serves(place))


def _hang_up(_request: HttpRequest) -> HttpResponse:
    raise ConnectionResetError("it speaks another protocol")


def _ends(process: Process, server: Server) -> Run:
    if server.stopping:
        process.log(server.stopping)
    return 0
    yield
