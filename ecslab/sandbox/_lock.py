"""A lock between processes: held by one, given back by the system when that one ends, however it ends."""

import os
import time
from pathlib import Path
from typing import IO


class Lock:
    """A lock on a file of its own, not to be shared between threads."""

    def __init__(self, path: Path):
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self, seconds: float = 0.0) -> bool:
        """Take it, waiting at most `seconds`; whether that succeeded.

        Raises:
            OSError: the file cannot be made.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._path.open("ab")
        until = time.monotonic() + seconds
        while not _taken(file):
            if time.monotonic() >= until:
                file.close()
                return False
            time.sleep(0.02)
        self._file = file
        return True

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


if os.name == "nt":
    import msvcrt

    def _taken(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
