"""A container's files: those of its image, with what it wrote on top, and the volumes that are mounted."""

import errno
from collections.abc import Iterator, Mapping
from copy import copy
from functools import lru_cache
from pathlib import PurePosixPath

from ecslab.sandbox.runtime import Mount, limits
from ecslab.sandbox.runtime.pools import Full, Pool


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
