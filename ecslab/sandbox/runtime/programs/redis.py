"""`redis-server`: PING, SET, GET and INCR, kept in the container's memory.

It is asked by HTTP requests in place of Redis's own protocol, so that the sandbox's network rules hold for
them as for any others; only `redis-cli` here speaks so.
"""

import re
from collections.abc import Sequence

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.clients.redis_cli import PORT
from ecslab.sandbox.runtime.place import Place, Run, serves
from ecslab.sandbox.runtime.pools import weight
from ecslab.sandbox.runtime.process import Process, ends
from ecslab.sandbox.runtime.programs.texts import TEXTS
from ecslab.sandbox.world.time.clock import Leaves


def server(process: Process, place: Place) -> Run:
    """`redis-server`: answer on port 6379 until TERM, then end with exit code 0 as Redis does."""
    redis = _Redis(process)
    process.on_term = redis.ends
    process.listen(PORT, redis)
    process.log(TEXTS["redis"]["ready"])
    return (yield from serves(place))


class _Redis:
    """What it keeps, and its answers."""

    __slots__ = ("_only_read", "_process", "_store")

    def __init__(self, process: Process):
        self._process = process
        self._store: dict[str, str] = {}
        self._only_read = True  # by the last command

    def __call__(self, request: HttpRequest) -> HttpResponse:
        store, words = self._store, request.body.decode().split("\0")
        before = store.get(words[1]) if len(words) > 1 else None
        answer = _said(store, words[0].upper(), words[1:])
        after = store.get(words[1]) if len(words) > 1 else None
        self._only_read = after == before
        if after is not None and after is not before:
            new = weight(words[1]) if before is None else -weight(before)
            self._process.hold(weight(after) + new)
        return HttpResponse(200, {}, answer.encode())

    def repeats(self, _period: float) -> Leaves | None:
        """See `RunningContainer.repeats`: commands stand in no log."""
        return Leaves(_nothing) if self._only_read else None

    def ends(self, _place: Place) -> Run:
        self._process.log(TEXTS["redis"]["exit"])
        return ends(0)


def _nothing(_moments: Sequence[float]) -> None:
    """Nobody sees that it was asked."""


def _said(store: dict[str, str], command: str, words: list[str]) -> str:
    """As `redis-cli` prints it when its output is no terminal."""
    match command, words:
        case "PING", []:
            return "PONG"
        case "SET", [key, value]:
            store[key] = value
            return "OK"
        case "GET", [key]:
            return store.get(key, "")
        case "INCR", [key]:
            if not re.fullmatch(r"-?[0-9]{1,18}", store.get(key, "0")):
                return "ERR value is not an integer or out of range"
            store[key] = str(int(store.get(key, "0")) + 1)
            return store[key]
    return f"ERR unknown command '{command}' here, or wrong number of arguments"
