"""One layer from files: the same bytes from the same files, on every machine and in every year."""

import io
import struct
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

_STORED_MOST: Final = 65_535  # bytes in one stored block (RFC 1951)


def tar(files: Mapping[str, bytes], folder: str) -> bytes:
    """The files below `folder`, an absolute path in the image: no dates, no owners, sorted."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(_folders(files)):
            info = tarfile.TarInfo(f"{folder.strip('/')}/{name}")
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(info)
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(f"{folder.strip('/')}/{name}")
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def gzip(blob: bytes) -> bytes:
    """A gzip file that holds the bytes as they are (RFC 1952).

    Compressed, they would come out differently with another version of zlib, and the layer would have another
    digest there. A page is small, and pictures are compressed already.
    """
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    starts = range(0, len(blob) or 1, _STORED_MOST)
    for start in starts:
        piece = blob[start : start + _STORED_MOST]
        parts += [struct.pack("<BHH", start == starts[-1], len(piece), len(piece) ^ 0xFFFF), piece]
    parts.append(struct.pack("<II", zlib.crc32(blob), len(blob) & 0xFFFFFFFF))
    return b"".join(parts)


def _folders(files: Mapping[str, bytes]) -> set[str]:
    """Folders below the top one: that is the base's, and keeps its owner and mode."""
    return {str(above) for name in files for above in PurePosixPath(name).parents if str(above) != "."}
