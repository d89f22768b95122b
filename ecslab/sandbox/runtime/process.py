"""What a program sees: its arguments, environment, files, ports, and the host's clock and log.

A program is a generator function. It yields how many seconds it sleeps (`FOREVER` if it only serves), and
returns its exit code. It answers TERM by `on_term`: a generator function that runs instead of it, or None if
it takes no notice.
"""

import errno
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime import ContainerSpec, Host, Mount
from ecslab.sandbox.runtime.image_config import combined_environment

FOREVER = math.inf
LARGEST_FILE = 2**24
"""Bytes that a program may write at once, or add to; Fargate's disk is larger, this memory is not."""
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
    """The image's files with what the container wrote on top, and volumes mounted over both; paths are
    absolute or relative to `directory`.

    A volume hides the image's files under its path (U: AWS may copy them into a volume that is empty).
    """

    __slots__ = ("_image", "_mounts", "_read_only", "_removed", "_written", "directory")

    def __init__(
        self,
        image: Mapping[str, bytes],
        directory: str = "/",
        mounts: tuple[Mount, ...] = (),
        read_only: bool = False,
    ):
        self._image = image
        self._written: dict[str, bytes] = {}
        self._removed: set[str] = set()
        self._mounts, self._read_only = mounts, read_only
        self.directory = directory

    def view(self) -> "Files":
        """The same files from a current directory of its own."""
        return copy(self)

    def resolve(self, path: str) -> str:
        """The absolute path, without `.` and `..`."""
        return _resolved(self.directory, path)

    def read(self, path: str) -> bytes | None:
        full = self.resolve(path)
        mount = self._mounted(full)
        if mount:
            return mount.files.get(full[len(mount.path) :])
        if full in self._written:
            return self._written[full]
        return None if full in self._removed else self._image.get(full)

    def write(self, path: str, content: bytes, append: bool = False) -> None:
        """Write or append to a file; OSError where that is not allowed."""
        full = self.resolve(path)
        if full in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            return
        mount = self._writable(full)
        if len(content) > LARGEST_FILE or (append and len(self.read(full) or b"") > LARGEST_FILE):
            raise OSError(errno.ENOSPC, "No space left on device", full)
        content = ((self.read(full) or b"") if append else b"") + content
        if mount:
            mount.files[full[len(mount.path) :]] = content
            return
        self._written[full] = content
        self._removed.discard(full)

    def remove(self, path: str) -> bool:
        """Remove one file; False if there was none, OSError where that is not allowed."""
        full = self.resolve(path)
        if self.read(full) is None:
            return False
        mount = self._writable(full)
        if mount:
            del mount.files[full[len(mount.path) :]]
            return True
        self._written.pop(full, None)
        self._removed.add(full)
        return True

    def is_directory(self, path: str) -> bool:
        start = self.resolve(path).rstrip("/") + "/"
        return any(f"{mount.path}/".startswith(start) for mount in self._mounts) or any(
            name.startswith(start) for name in self
        )

    def __iter__(self) -> Iterator[str]:
        if not self._mounts:
            yield from self._own()
            return
        yield from (name for name in self._own() if not self._mounted(name))
        for mount in self._mounts:
            yield from (mount.path + name for name in mount.files)

    def _own(self) -> Iterator[str]:
        yield from self._written
        yield from (name for name in self._image if name not in self._written and name not in self._removed)

    def _mounted(self, full: str) -> Mount | None:
        """The mount that a path lies under: the innermost, if there are several."""
        over = [mount for mount in self._mounts if full.startswith(f"{mount.path}/")]
        return max(over, key=lambda mount: len(mount.path), default=None)

    def _writable(self, full: str) -> Mount | None:
        mount = self._mounted(full)
        if mount.read_only if mount else self._read_only:
            raise OSError(errno.EROFS, "Read-only file system", full)
        return mount


@lru_cache(maxsize=512)
def _resolved(directory: str, path: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(directory) / path).parts[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


@dataclass
class Process:
    """The one process of a container, and what it may use. `environment` is None where it is the spec's."""

    argv: list[str]
    files: Files
    host: Host
    spec: ContainerSpec
    environment: dict[str, str] | None = None
    on_term: Callable[[], Run] | None = dies
    ports: dict[int, Handler] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Its environment variables; what is done to them stays with the process."""
        if self.environment is None:
            self.environment = combined_environment(self.spec)
        return self.environment

    def log(self, text: str) -> None:
        for line in text.splitlines() or [""]:
            self.host.log(line)

    def listen(self, port: int, handler: Handler) -> None:
        """Accept connections on a port; OSError if another container of the task does already."""
        if self.host.taken(port):
            raise OSError(errno.EADDRINUSE, "Address already in use")
        self.ports[port] = handler
