"""Large bodies beside the journal, each in a file that is named by its digest."""

import hashlib
import os
from pathlib import Path
from typing import Final

LARGE: Final = 4096
"""Bytes above which a body is large: a layer part is, hardly any other request."""


class Blobs:
    """The bodies in one folder."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def write(self, body: bytes) -> str:
        """Put a body on the disk, unless it is there already; its digest."""
        digest = hashlib.sha256(body).hexdigest()
        path = self._folder / digest
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}.tmp")
            try:
                with fresh.open("wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(path)
            except OSError:
                fresh.unlink(missing_ok=True)
                raise
        return digest

    def read(self, digest: str) -> bytes:
        """A body.

        Raises:
            OSError: it is not there.
            ValueError: it is not what was written.
        """
        body = (self._folder / digest).read_bytes()
        if hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"blob {digest[:12]} is not what was written")
        return body

    def clear(self) -> None:
        """Remove all."""
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)
