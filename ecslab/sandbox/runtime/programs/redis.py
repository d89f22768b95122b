"""`redis-server`: PING, SET, GET and INCR, kept in the container's memory.

It is asked by HTTP requests in place of Redis's own protocol, so that the sandbox's network rules hold for
them as for any others; only `redis-cli` here speaks so.
"""

import re
from collections.abc import Callable

from ecslab.sandbox.http_message import HttpResponse
from ecslab.sandbox.runtime.budget import weight
from ecslab.sandbox.runtime.clients.redis_cli import PORT
from ecslab.sandbox.runtime.process import Place, Process, Run, serves
from ecslab.sandbox.runtime.programs.texts import TEXTS


def server(process: Process, place: Place) -> Run:
    """`redis-server`: answer on port 6379 until TERM, then end with exit code 0 as Redis does."""
    store: dict[str, str] = {}

    def ends(_place: Place) -> Run:
        process.log(TEXTS["redis"]["exit"])
        return 0
        yield

    process.on_term = ends
    process.listen(PORT, lambda request: _answer(store, request.body.decode().split("\0"), process.hold))
    process.log(TEXTS["redis"]["ready"])
    return (yield from serves(place))


def _answer(store: dict[str, str], words: list[str], hold: Callable[[int], None]) -> HttpResponse:
    before = store.get(words[1]) if len(words) > 1 else None
    answer = _said(store, words[0].upper(), words[1:])
    after = store.get(words[1]) if len(words) > 1 else None
    if after is not None and after is not before:
        hold(weight(after) - weight(before) if before is not None else weight(words[1]) + weight(after))
    return HttpResponse(200, {}, answer.encode())


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
