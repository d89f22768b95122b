"""The blobs of an image as tests make them: a layer of files, and its digest."""

import hashlib
import io
import tarfile


def sha(blob: bytes) -> str:
    """Its digest."""
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def layer_of(files: dict[str, bytes]) -> bytes:
    """A tar archive of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
