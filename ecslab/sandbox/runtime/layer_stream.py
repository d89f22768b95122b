"""The tar archive in a layer of an image, plain or gzip, read within bounds: it is a stranger's data."""

import io
import tarfile
import zlib
from typing import Final

from ecslab.sandbox.runtime import limits

TOO_LARGE: Final = (
    f"the image is larger than {limits.IMAGES.container >> 20} MiB unpacked, "
    "the most that the sandbox unpacks"
)


class BadLayer(ValueError):
    """A layer that cannot be unpacked: damaged, too large, or with a name that leaves the root."""


class Header(tarfile.TarInfo):
    """A header whose sizes do not lead backwards: with those the archive would be read for ever."""

    def _block(self, count: int) -> int:
        if count < 0:
            raise tarfile.ReadError("a file of negative size")
        return int(super()._block(count))  # type: ignore[misc]  # not in the stubs


class LayerStream(io.RawIOBase):
    """The tar archive in a layer, read piece by piece, so that it is never in memory as a whole.

    Args:
        allowed: bytes that the archive may have, its headers and padding included.
        most_streams: gzip streams, one after another, that it may have.
    """

    PIECE: Final = 1 << 16

    def __init__(self, blob: bytes, allowed: int, most_streams: int):
        if blob[:4] == b"\x28\xb5\x2f\xfd":
            raise BadLayer("the layer is compressed with zstd; the sandbox reads gzip and plain tar")
        self._blob, self._at, self._left = blob, 0, allowed
        self._gzip = blob[:2] == b"\x1f\x8b"
        self._stream = zlib.decompressobj(wbits=31)
        self._rest, self._streams, self._most_streams = b"", 1, most_streams

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        size = size if size >= 0 else self.PIECE
        piece = self._inflated(size) if self._gzip else self._plain(size)
        self._left -= len(piece)
        if self._left < 0:
            raise BadLayer(TOO_LARGE)
        return piece

    def _plain(self, size: int) -> bytes:
        self._at += size
        return self._blob[self._at - size : self._at]

    def _inflated(self, size: int) -> bytes:
        while True:
            given = self._rest or self._plain(self.PIECE)
            if self._stream.eof:
                self._rest = given.lstrip(b"\0")  # padding may follow
                if not self._rest and self._at >= len(self._blob):
                    return b""
                if self._rest:
                    self._next_stream()
                continue
            if not given:
                raise BadLayer("the layer ends in the middle of its gzip stream")
            try:
                piece = self._stream.decompress(given, size)
            except zlib.error as error:
                raise BadLayer(f"the layer is not valid gzip: {error}") from error
            self._rest = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if piece:
                return piece

    def _next_stream(self) -> None:
        """gzip allows several streams one after another."""
        self._streams += 1
        if self._streams > self._most_streams:
            raise BadLayer(f"the layer has more than {self._most_streams} gzip streams")
        self._stream = zlib.decompressobj(wbits=31)
