"""What a program sees: its arguments, environment, files, ports, and the host's clock and log.

A program is a generator function. It yields how many seconds it sleeps (`FOREVER` if it only serves), and
returns its exit code. It answers TERM by `on_term`: a generator function that runs instead of it, or None if
it takes no notice.
"""

import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ecslab.sandbox.runtime import ContainerSpec, Host
from ecslab.sandbox.runtime.http import HttpRequest, HttpResponse

FOREVER = math.inf
Run = Generator[float, None, int]
Handler = Callable[[HttpRequest], HttpResponse]


class OutOfMemory(Exception):
    """The program asked for more than the container's limit."""


class SandboxLimit(Exception):
    """The learner asked for something real containers do and this runtime does not."""


def dies() -> Run:
    """What an untrapped TERM does: exit code 128 + 15."""
    return 143
    yield  # makes this a generator


class Files:
    """The image's files with what the container wrote on top; paths are absolute or relative to
    `directory`.
    """

    def __init__(self, image: Mapping[str, bytes], directory: str = "/"):
        self._image = image
        self._written: dict[str, bytes] = {}
        self._removed: set[str] = set()
        self.directory = directory

    def resolve(self, path: str) -> str:
        """The absolute path, without `.` and `..`."""
        parts: list[str] = []
        for part in (PurePosixPath(self.directory) / path).parts[1:]:
            if part == "..":
                parts = parts[:-1]
            elif part != ".":
                parts.append(part)
        return "/" + "/".join(parts)

    def read(self, path: str) -> bytes | None:
        full = self.resolve(path)
        if full in self._written:
            return self._written[full]
        return None if full in self._removed else self._image.get(full)

    def write(self, path: str, content: bytes, append: bool = False) -> None:
        full = self.resolve(path)
        if full in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            return
        self._written[full] = ((self.read(full) or b"") if append else b"") + content
        self._removed.discard(full)

    def remove(self, path: str) -> bool:
        """Remove one file; False if there was none."""
        full = self.resolve(path)
        if self.read(full) is None:
            return False
        self._written.pop(full, None)
        self._removed.add(full)
        return True

    def is_directory(self, path: str) -> bool:
        start = self.resolve(path).rstrip("/") + "/"
        return any(name.startswith(start) for name in self)

    def __iter__(self) -> Iterator[str]:
        yield from self._written
        yield from (name for name in self._image if name not in self._written and name not in self._removed)


@dataclass
class Process:
    """The one process of a container, and what it may use."""

    argv: list[str]
    environment: dict[str, str]
    files: Files
    host: Host
    spec: ContainerSpec
    on_term: Callable[[], Run] | None = dies
    ports: dict[int, Handler] = field(default_factory=dict)

    def log(self, text: str) -> None:
        for line in text.splitlines() or [""]:
            self.host.log(line)

    def listen(self, port: int, handler: Handler) -> None:
        self.ports[port] = handler
