"""What a program sees: its arguments, environment, files, ports, and the host's clock and log.

A program is a generator function. It yields how many seconds it sleeps (`FOREVER` if it only serves), and
returns its exit code; what it needs to go on lies in its `Place`. It answers TERM by `on_term`: a program
that runs instead of it, or None if it takes no notice.
"""

import errno
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime import ContainerSpec, Host, Mount, limits
from ecslab.sandbox.runtime.budget import AccountBudget, ContainerBudget
from ecslab.sandbox.runtime.image_config import PATH, combined_environment
from ecslab.sandbox.runtime.place import FOREVER, Place, Program, Run, serves
from ecslab.sandbox.runtime.pools import Full, Pool
from ecslab.sandbox.runtime.terminal import Terminal
from ecslab.sandbox.world.time.clock import Leaves

__all__ = ["FOREVER", "Place", "Program", "Run", "serves"]

LIMIT = "ecslab sandbox: "
"""Begins what the sandbox itself says in a container's log."""
Handler = Callable[[HttpRequest], HttpResponse]


class OutOfMemory(Exception):
    """The program asked for more than the container's limit."""


class CannotFork(Exception):
    """Too many shells, or parts of a script, are within one another."""


class SandboxLimit(Exception):
    """The learner asked for something real containers do and this runtime does not."""


class NotInImage(Exception):
    """The image does not bring the program."""


class Interrupted(Exception):
    """Whoever sits at the terminal pressed Ctrl-C."""


def dies(_place: Place) -> Run:
    """What an untrapped TERM does: exit code 128 + 15."""
    return 143
    yield  # makes this a generator


def ends(code: int) -> Run:
    """A program that is over at once."""
    return code
    yield


class Files:
    """The image's files with what the container wrote on top, and volumes mounted over both; paths are
    absolute or relative to `directory`.

    A volume hides the image's files under its path (U: AWS may copy them into a volume that is empty).
    What is written takes up `room`, or the volume's own.
    """

    __slots__ = ("_image", "_mounts", "_read_only", "_removed", "_room", "_written", "changed", "directory")

    def __init__(
        self,
        image: Mapping[str, bytes],
        directory: str = "/",
        mounts: tuple[Mount, ...] = (),
        read_only: bool = False,
        room: Pool | None = None,
    ):
        self._image = image
        self._written: dict[str, bytes] = {}
        self._removed: dict[str, None] = {}  # a set takes three times the room, and there are thousands
        self._mounts, self._read_only = mounts, read_only
        self.changed = False  # whether something was written here that was not so before
        self._room = room or Pool("a container", limits.DISK.container)
        self.directory = directory

    def view(self) -> "Files":
        """The same files from a current directory of its own."""
        view = copy(self)
        view.changed = False
        return view

    def resolve(self, path: str) -> str:
        """The absolute path, without `.` and `..`; OSError if it is too long."""
        full = _resolved(self.directory, path) if len(path) <= limits.LONGEST_PATH else path
        if len(full) > limits.LONGEST_PATH:
            raise OSError(errno.ENAMETOOLONG, "File name too long", f"{path[:64]}…")
        return full

    def read(self, path: str) -> bytes | None:
        try:
            full = self.resolve(path)
        except OSError:
            return None
        mount = self._mounted(full)
        if mount:
            return mount.files.get(full[len(mount.path) :])
        if full in self._written:
            return self._written[full]
        return None if full in self._removed else self._image.get(full)

    def write(self, path: str, content: bytes, append: bool = False) -> None:
        """Write or append to a file; OSError where that is not allowed, or the disk is full."""
        full = self.resolve(path)
        if full in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            return
        mount = self._writable(full)
        before = (self.read(full) or b"") if append else b""
        if max(len(content), len(before)) > limits.LARGEST_FILE:
            raise _no_space(full)
        content = before + content
        held, name, room = self._held(mount, full)
        old = held.get(name)
        try:
            room.take(_cost(name, content) - (0 if old is None else _cost(name, old)))
        except Full:
            raise _no_space(full) from None
        self.changed |= old != content
        held[name] = content
        self._removed.pop(full, None)

    def remove(self, path: str) -> bool:
        """Remove one file; False if there was none, OSError where that is not allowed."""
        full = self.resolve(path)
        if self.read(full) is None:
            return False
        mount = self._writable(full)
        self.changed = True
        held, name, room = self._held(mount, full)
        old = held.pop(name, None)
        if old is not None:
            room.give(_cost(name, old))
        if mount is None and full in self._image:
            self._removed[full] = None
        return True

    def count(self) -> int:
        """About how many files there are to go through."""
        return len(self._image) + len(self._written) + sum(len(mount.files) for mount in self._mounts)

    def is_directory(self, path: str) -> bool:
        try:
            start = self.resolve(path).rstrip("/") + "/"
        except OSError:
            return False
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

    def _held(self, mount: Mount | None, full: str) -> tuple[dict[str, bytes], str, Pool]:
        """Where a file that is written lies, under which name, and whose room it takes."""
        if mount is None:
            return self._written, full, self._room
        return mount.files, full[len(mount.path) :], mount.room or self._room

    def _writable(self, full: str) -> Mount | None:
        mount = self._mounted(full)
        if mount.read_only if mount else self._read_only:
            raise OSError(errno.EROFS, "Read-only file system", full)
        return mount


def _cost(name: str, content: bytes) -> int:
    return limits.FILE_OVERHEAD + len(name) + len(content)


def _no_space(full: str) -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", full)


@lru_cache(maxsize=512)
def _resolved(directory: str, path: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(directory) / path).parts[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


@dataclass(slots=True)
class Process:
    """The one process of a container, and what it may use.

    `environment` is None where it is the spec's; `depth` says how many parts of scripts it lies within.
    """

    argv: list[str]
    files: Files
    host: Host
    spec: ContainerSpec
    environment: dict[str, str] | None = None
    on_term: Program | None = dies
    ports: dict[int, Handler] = field(default_factory=dict)
    budget: ContainerBudget = field(default_factory=lambda: AccountBudget().container("", None))
    has_all: bool = False
    """Whether every program is in every image."""
    depth: int = 0
    terminal: Terminal | None = None
    """Where it reads and writes, in a session."""

    @property
    def unheard_term(self) -> Program | None:
        """What TERM does to a program that says nothing of it: to the first process, nothing."""
        return dies if self.spec.init_process else None

    def variables(self) -> dict[str, str]:
        """Its environment variables; what is done to them stays with the process."""
        if self.environment is None:
            self.environment = combined_environment(self.spec, self.host.hostname())
        return self.environment

    def has(self, program: str) -> bool:
        """Whether the image brings a program: on the path, or where its name says."""
        if self.has_all:
            return True
        if "/" in program:
            return self.files.read(program) is not None
        folders = self.variables().get("PATH", PATH).split(":")
        return any(self.files.read(f"{folder}/{program}") is not None for folder in folders if folder)

    def log(self, text: str) -> None:
        rate = self.budget.log
        lines = rate.accepted(text, self.host.now())
        for line in lines:
            self.host.log(line)
        self.handled(len(text), len(lines) // 4)
        self.budget.charge(len(lines))
        if rate.losing:
            self.note(f"its log takes {rate.LINES_A_SECOND} lines a second; what is more is lost, as with a "
                      "log driver that does not block")  # fmt: skip

    def logs_again(self, period: float) -> Leaves:
        """What logging the last line again leaves, each `period` seconds, as it reads at those moments.

        It holds until something else writes to the log.
        """
        log = self.budget.log
        if not (self.host.repeats and log.repeats):
            return Leaves()
        turns = log.turns

        def again(moments: Sequence[float]) -> None:
            nonlocal turns
            turns += len(moments)
            self.budget.log_again(moments, period)
            self.host.log_again(moments)

        return Leaves(again, lambda: log.turns == turns)

    def note(self, sentence: str) -> None:
        """Say in the log, once, which limit of the sandbox's own was met."""
        if sentence not in self.budget.noted:
            self.budget.noted.append(sentence)
            self.host.log(LIMIT + sentence)

    def handled(self, size: int, steps: int = 0) -> None:
        """Count work that was done: bytes, and steps beside those of the commands."""
        self.budget.add(steps + size // limits.STEP_BYTES, self.host.now())

    def step(self, place: Place, steps: int = 1) -> Generator[float, None, None]:
        """Take steps; sleeps where the container, or all together, took too many in this second."""
        seconds = place.asleep
        if seconds is None:
            now = self.host.now()
            self.budget.add(steps, now)
            seconds = self.budget.wait(now)
        if seconds:
            yield from place.sleep(seconds)

    def hold(self, amount: int) -> None:
        """Use so many bytes of memory more, or bring some back (negative); OutOfMemory if there are none."""
        try:
            self.budget.memory.take(amount) if amount >= 0 else self.budget.memory.give(-amount)
        except Full as full:
            own = self.spec.memory_mib
            if full.whose != "a container" or own is None or own > limits.MEMORY.container // limits.MIB:
                self.note(f"{full} of memory here, for what its scripts hold")
            raise OutOfMemory from None

    def listen(self, port: int, handler: Handler) -> None:
        """Accept connections on a port; OSError if another container of the task does already."""
        if self.host.taken(port):
            raise OSError(errno.EADDRINUSE, "Address already in use")
        self.ports[port] = handler
