"""A body on its way in: kept in memory while it is small; a layer's goes to a file and is read from there."""

import mmap
import tempfile
from pathlib import Path
from typing import IO, Final, cast

from ecslab.sandbox.world.errors import AwsError

_SMALL: Final = 4 << 20  # bytes


class Body:
    """The bytes so far.

    Args:
        folder: where a large one is put, in a file without a name; None keeps all in memory.
    """

    def __init__(self, folder: Path | None):
        self.size = 0
        self._folder = folder
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Put more behind it.

        Raises:
            AwsError: ServiceUnavailable; there is no room on the disk.
        """
        self.size += len(data)
        if self._folder is None or (self._file is None and self.size <= _SMALL):
            self._parts.append(data)
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  closed by `whole`, or with this
                self._file.writelines(self._parts)
                self._parts.clear()
            self._file.write(data)
        except OSError as problem:
            sentence = f"The sandbox cannot keep what is sent ({problem.strerror}). Make room on the disk."
            raise AwsError("ServiceUnavailable", sentence, 503) from None

    def whole(self) -> bytes:
        """All of it. A large one is a map of its file, which has length, slices and hash as bytes have."""
        if self._file is None:
            return b"".join(self._parts)
        with self._file:
            self._file.flush()
            return cast(bytes, mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))
