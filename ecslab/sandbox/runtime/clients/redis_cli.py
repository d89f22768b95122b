"""`redis-cli`: one command, asked of a Redis in the same task or at an address."""

from collections.abc import Generator
from typing import Final

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.runtime.place import Place
from ecslab.sandbox.runtime.process import Process

PORT: Final = 6379


def redis_cli(
    process: Process, words: list[str], _place: Place
) -> Generator[float, None, tuple[str, str, int]]:
    """`redis-cli [-h HOST] COMMAND word…`"""
    host = "127.0.0.1"
    if words[:1] == ["-h"] and len(words) > 1:
        host, words = words[1], words[2:]
    if not words:
        return "", "redis-cli: the interactive mode is not run here: give it a command\n", 1
    request = HttpRequest("POST", "/", "", {"host": host}, "\0".join(words).encode())
    try:
        response = process.host.fetch(host, PORT, request)
    except (TimeoutError, LookupError, ConnectionError):
        return "", f"Could not connect to Redis at {host}:{PORT}: Connection refused\n", 1
    return response.body.decode() + "\n", "", 0
    yield
