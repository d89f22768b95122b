"""Layer bytes by their digest: in memory, or one file each in a folder."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final

DIGEST: Final = re.compile(r"sha256:[a-f0-9]{64}")


def digest_of(*parts: bytes | bytearray) -> str:
    """`sha256:` and the 64 hex digits of the bytes, one part after the other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return f"sha256:{digest.hexdigest()}"


class Blobs:
    """A content-addressed store. With a `folder` the bytes outlive the process.

    A file whose bytes no longer have its digest counts as absent, so a damaged disk shows as a missing layer
    and never as a wrong one.
    """

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    def add(self, blob: bytes | bytearray) -> str:
        """Keep the bytes; returns their digest."""
        digest = digest_of(blob)
        if self._folder is None:
            self._memory[digest] = bytes(blob)
        elif self.get(digest) is None:
            self._write(self._path(digest), blob)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None if they are not here."""
        if self._folder is None:
            return self._memory.get(digest)
        if not DIGEST.fullmatch(digest):
            return None
        try:
            blob = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return blob if digest_of(blob) == digest else None

    def _path(self, digest: str) -> Path:
        assert self._folder is not None
        return self._folder / digest.removeprefix("sha256:")

    @staticmethod
    def _write(path: Path, blob: bytes | bytearray) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(blob)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
