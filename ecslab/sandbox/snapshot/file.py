"""The file of a snapshot: sealed with the sandbox's own key, good for one version and one journal alone."""

import contextlib
import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecslab.sandbox import whole_file
from ecslab.sandbox.snapshot.folder import NAMES
from ecslab.sandbox.snapshot.writing import Written

_LARGEST: Final = 256 << 20  # bytes, when it is unpacked
_SEAL: Final = 32  # bytes


@dataclass(frozen=True)
class Snapshot:
    """A state of the account, and what it is the state of.

    Attributes:
        environment: versions under which it was written; another one makes nothing of it.
        records: how many records of the journal it stands for.
        digest: of these records.
        about: what else the engine goes on with.
        graph: the state.
    """

    environment: str
    records: int
    digest: str
    about: Mapping[str, object]
    graph: Written


def write(folder: Path, snapshot: Snapshot, key: bytes) -> None:
    """Put a snapshot beside the journal; the one that was there becomes the one before.

    Raises:
        OSError: there is no room, or no leave.
        ValueError: it is too large.
    """
    text = json.dumps(vars(snapshot), separators=(",", ":")).encode()
    if len(text) > _LARGEST:
        raise ValueError(f"a snapshot of {len(text) >> 20} MiB")
    content = zlib.compress(text, 1)
    for unfinished in folder.glob("snapshot.*.tmp"):  # a process was killed while it wrote
        unfinished.unlink(missing_ok=True)
    latest, before = (folder / name for name in NAMES)
    with contextlib.suppress(FileNotFoundError):
        latest.replace(before)
    whole_file.write(latest, _seal(content, key) + content)


def read(path: Path, environment: str, key: bytes) -> Snapshot | None:
    """A snapshot that this sandbox wrote in this environment; None if there is none."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return None
        content = path.read_bytes()
        if not hmac.compare_digest(content[:_SEAL], _seal(content[_SEAL:], key)):
            return None
        unpacking = zlib.decompressobj()
        fields = json.loads(unpacking.decompress(content[_SEAL:], _LARGEST))
        snapshot = Snapshot(**{**fields, "graph": Written(*fields["graph"])})
    except (OSError, ValueError, TypeError, KeyError, zlib.error, RecursionError):
        return None
    return snapshot if snapshot.environment == environment else None


def key_of(*secrets: str) -> bytes:
    """The key that seals the snapshots of the sandbox with these secrets."""
    return hashlib.sha256("\0".join(("ecslab-snapshot", *secrets)).encode()).digest()


def _seal(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")
