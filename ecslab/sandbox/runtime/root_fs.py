"""The file system that the layers of an image add up to.

Layers are tar archives, plain or gzip, laid over one another as the OCI image specification says
(https://github.com/opencontainers/image-spec/blob/main/layer.md): a later file replaces an earlier one,
`.wh.NAME` removes NAME of the layers below, `.wh..wh..opq` empties a folder of the layers below.

An image is a stranger's data: archives are bounded in size, nothing is written to disk, and a name that
climbs out of the root is refused.
"""

import posixpath
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.runtime import limits
from ecslab.sandbox.runtime.layer_stream import TOO_LARGE, BadLayer, Header, LayerStream

MAX_UNPACKED: Final = limits.IMAGES.container  # bytes of one image, unpacked
MAX_ENTRIES: Final = 50_000  # files, folders and whatever else its archives name; a Python has 20,000
MAX_SEARCHED: Final = 20_000_000  # names that are gone through to remove what layers hide: some seconds
MAX_LINKS: Final = 40  # as Linux counts before ELOOP


@dataclass(frozen=True)
class _Entry:
    kind: str  # "file", "folder" or "link"
    data: bytes = b""
    target: str = ""
    mode: int = 0o644


_FOLDER: Final = _Entry("folder", mode=0o755)


class RootFS(Mapping[str, bytes]):
    """Files by absolute path. Iterates over regular files; look-ups follow symbolic links."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {"/": _FOLDER}
        self._budget, self._members, self._search = MAX_UNPACKED, MAX_ENTRIES, MAX_SEARCHED

    @property
    def unpacked(self) -> int:
        """Bytes that the files and their names take."""
        return MAX_UNPACKED - self._budget

    def __getitem__(self, path: str) -> bytes:
        entry = self._entries.get(self.resolve(path))
        if entry is None or entry.kind != "file":
            raise KeyError(path)
        return entry.data

    def __iter__(self) -> Iterator[str]:
        return (path for path, entry in self._entries.items() if entry.kind == "file")

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_folder(self, path: str) -> bool:
        entry = self._entries.get(self.resolve(path))
        return entry is not None and entry.kind == "folder"

    def is_executable(self, path: str) -> bool:
        entry = self._entries.get(self.resolve(path))
        return entry is not None and entry.kind == "file" and bool(entry.mode & 0o111)

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; empty if there is no such folder."""
        root = self.resolve(folder).rstrip("/") + "/"
        return sorted(
            p[len(root) :]
            for p in self._entries
            if p.startswith(root) and "/" not in p[len(root) :] and p != "/"
        )

    def resolve(self, path: str) -> str:
        """The absolute path that `path` stands for once links are followed; it need not exist.

        Links are read as inside the container: `..` stops at the root, and a loop leads nowhere.
        """
        left = [part for part in path.split("/") if part not in ("", ".")][::-1]
        here, followed = "/", 0
        while left:
            part = left.pop()
            if part == "..":
                here = posixpath.dirname(here)
                continue
            step = f"{here}/{part}" if here != "/" else f"/{part}"
            entry = self._entries.get(step)
            if entry is None or entry.kind != "link":
                here = step
                continue
            followed += 1
            if followed > MAX_LINKS:
                return "/\0loop"  # no archive can hold this name
            if entry.target.startswith("/"):
                here = "/"
            left.extend([p for p in entry.target.split("/") if p not in ("", ".")][::-1])
        return here

    def lay(self, blob: bytes) -> None:
        """Put one layer on top.

        Raises:
            BadLayer: see there.
        """
        laid: set[str] = set()
        stream = LayerStream(blob, self._budget + MAX_ENTRIES * 2048, most_streams=2 * MAX_ENTRIES)
        try:
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=Header) as archive:
                for member in archive:
                    archive.members.clear()  # type: ignore[attr-defined]  # it would keep the headers of all
                    self._lay_member(archive, member, laid)
        except (tarfile.TarError, EOFError, OverflowError, RecursionError) as error:
            raise BadLayer(f"the layer is not a tar archive that can be read: {error}") from error

    def _lay_member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, laid: set[str]) -> None:
        self._members -= 1
        if self._members < 0:
            raise BadLayer(
                f"the image holds more than {MAX_ENTRIES} files, the most that the sandbox unpacks"
            )
        if max(len(member.name), len(member.linkname)) > limits.LONGEST_PATH:
            raise BadLayer(f"the layer names a file by more than {limits.LONGEST_PATH} characters")
        parts = [part for part in member.name.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in member.name:
            raise BadLayer(f"the layer names {member.name!r}, which leaves the root of the image")
        if not parts:
            return
        parent, name = self.resolve("/".join(parts[:-1])), parts[-1]
        if name == ".wh..wh..opq":
            self._remove_below(parent, laid)
        elif name.startswith(".wh."):
            self._remove(posixpath.join(parent, name[4:]), laid)
        else:
            self._put(posixpath.join(parent, name), archive, member, laid)

    def _put(self, path: str, archive: tarfile.TarFile, member: tarfile.TarInfo, laid: set[str]) -> None:
        entry = self._entry(archive, member)
        if entry is None:
            return
        self._make_folders(posixpath.dirname(path), laid)
        old = self._entries.get(path)
        if old is not None and old.kind == "folder" and entry.kind != "folder":
            self._remove(path, set())
        self._entries[path] = entry
        laid.add(path)
        self._charge(limits.FILE_OVERHEAD + len(path))

    def _entry(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> _Entry | None:
        mode = stat.S_IMODE(member.mode)
        if member.isdir():
            return _Entry("folder", mode=mode)
        if member.issym():
            return _Entry("link", target=member.linkname, mode=mode)
        if member.islnk():
            return self._entries.get(self.resolve(member.linkname))
        if not member.isfile():
            return None  # devices and pipes have no meaning for embedded programs
        self._charge(member.size)
        content = archive.extractfile(member)
        return _Entry("file", content.read() if content else b"", mode=mode)

    def _make_folders(self, path: str, laid: set[str]) -> None:
        while path not in self._entries or self._entries[path].kind == "file":
            self._charge(limits.FILE_OVERHEAD + len(path))
            self._entries[path] = _FOLDER
            laid.add(path)
            path = posixpath.dirname(path)

    def _remove(self, path: str, laid: set[str]) -> None:
        self._remove_below(path, laid)
        if path not in laid:
            self._entries.pop(path, None)

    def _charge(self, size: int) -> None:
        self._budget -= size
        if self._budget < 0:
            raise BadLayer(TOO_LARGE)

    def _remove_below(self, folder: str, laid: set[str]) -> None:
        self._search -= len(self._entries)
        if self._search < 0:
            raise BadLayer("the layer removes more files than the sandbox looks for")
        root = folder.rstrip("/") + "/"
        for path in [p for p in self._entries if p.startswith(root) and p != "/" and p not in laid]:
            del self._entries[path]
