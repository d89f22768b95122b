"""The sandbox's memory: every accepted mutating request, appended before it is answered, and how time went.

One line a record: a checksum, then JSON. Each checksum covers the one before it, so that a line that was
lost, changed or put elsewhere is noticed. Bodies above `LARGE` bytes lie beside the journal, named by their
digest, each once. A record is on the disk (fsync) when `append` returns.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

LARGE = 4096  # bytes; a layer part is above it, hardly any other request is
_START = "ecslab-journal-1"


@dataclass(frozen=True, slots=True)
class Record:
    """What happened, and when.

    Args:
        now: virtual seconds at which it was handled.
        kind: `start` (seed, pace), `request` (an API call), `visit` (a page a container answered), `fault`
            (something made to go wrong), `pace` (how wall time and virtual time go on from here) or `time`
            (it came as far as this).
        about: JSON-able details of that kind.
        body: the request's bytes.
    """

    now: float
    kind: str
    about: dict[str, Any]
    body: bytes = b""


class Journal:
    """The records of one home, in order. Position n is the nth record, from 0.

    Args:
        folder: `<home>/sandbox`; None keeps everything in memory.

    `damage` says what was wrong with the file when it was opened, or is None. Nothing is thrown away: the
    unreadable rest is moved to `journal.damaged-<n>` beside it, and the records before it stand.
    """

    def __init__(self, folder: Path | None):
        self.damage: str | None = None
        self._folder = folder
        self._records: list[Record] = []  # bodies that lie in a blob are left out, to spare memory
        self._blobs: dict[int, str] = {}
        self._ends: list[int] = []  # where each record's line ends in the file
        self._sum = _START
        self._file: BinaryIO | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / "blobs").mkdir(exist_ok=True)
            self._path = folder / "journal.jsonl"
            self._open()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return (self[position] for position in range(len(self)))

    def __getitem__(self, position: int) -> Record:
        record = self._records[position]
        blob = self._blobs.get(position)
        return record if blob is None else replace(record, body=self._read_blob(blob))

    def append(self, record: Record, durable: bool = True) -> int:
        """Keep a record; its position.

        Args:
            durable: wait until it is on the disk; else a power cut, though no kill, may lose it.

        Raises:
            OSError: the disk is full or unwritable; nothing was kept.
        """
        if self._file is not None:
            line, checksum, blob = self._line(record)
            start = self._ends[-1] if self._ends else 0
            try:
                self._file.write(line)
                self._file.flush()
                if durable:
                    os.fsync(self._file.fileno())
            except OSError:
                self._file = _reopen(self._path, start)
                raise
            self._sum = checksum
            self._ends.append(start + len(line))
            return self._keep(record, blob)
        return self._keep(record, None)

    def cut(self, position: int) -> None:
        """Forget the records from `position` on."""
        if not 0 <= position <= len(self):
            raise ValueError(f"the journal has {len(self)} records; cannot cut it at {position}")
        del self._records[position:]
        self._blobs = {at: blob for at, blob in self._blobs.items() if at < position}
        if self._file is not None:
            del self._ends[position:]
            self._file.close()
            self._file = _reopen(self._path, self._ends[-1] if self._ends else 0)
            self._sum = _last_sum(self._path)

    def clear(self) -> None:
        """Forget every record, and the bodies and layers that lie beside the journal."""
        self.cut(0)
        if self._folder is not None:
            for path in (self._folder / "blobs").iterdir():
                path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _keep(self, record: Record, blob: str | None) -> int:
        if blob is not None:
            self._blobs[len(self._records)] = blob
            record = replace(record, body=b"")
        self._records.append(record)
        return len(self._records) - 1

    def _line(self, record: Record) -> tuple[bytes, str, str | None]:
        kept: dict[str, Any] = {"now": record.now, "kind": record.kind, "about": record.about}
        blob = self._keep_blob(record.body) if len(record.body) > LARGE else None
        if blob is not None:
            kept["blob"] = blob
        elif record.body:
            kept["body"] = base64.b64encode(record.body).decode()
        text = json.dumps(kept, separators=(",", ":"))
        checksum = _checksum(self._sum, text)
        return f"{checksum} {text}\n".encode(), checksum, blob

    def _keep_blob(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        assert self._folder is not None
        path = self._folder / "blobs" / digest
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}.tmp")
            with fresh.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        return digest

    def _open(self) -> None:
        data = self._path.read_bytes() if self._path.exists() else b""
        end = 0
        for number, line in enumerate(data.splitlines(keepends=True)):
            try:
                record, blob, self._sum = self._parse(line)
            except (ValueError, KeyError, OSError) as problem:
                self._set_aside(data, end, number, problem)
                break
            end += len(line)
            self._keep(record, blob)
            self._ends.append(end)
        self._file = _reopen(self._path, end)

    def _parse(self, line: bytes) -> tuple[Record, str | None, str]:
        if not line.endswith(b"\n"):
            raise ValueError("the line is not finished")
        checksum, _, text = line[:-1].decode().partition(" ")
        if checksum != _checksum(self._sum, text):
            raise ValueError("the checksum is not the line's")
        kept = json.loads(text)
        body = base64.b64decode(kept.get("body", ""))
        blob = kept.get("blob")
        if blob is not None:
            body = self._read_blob(blob)
        return Record(kept["now"], kept["kind"], kept["about"], body), blob, checksum

    def _read_blob(self, digest: str) -> bytes:
        assert self._folder is not None
        body = (self._folder / "blobs" / digest).read_bytes()
        if hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"blob {digest[:12]} is not what was written")
        return body

    def _set_aside(self, data: bytes, end: int, number: int, problem: Exception) -> None:
        lost = data[end:].count(b"\n") or 1
        assert self._folder is not None
        taken = len(list(self._folder.glob("journal.damaged-*")))
        aside = self._folder / f"journal.damaged-{taken + 1}"
        aside.write_bytes(data[end:])
        self.damage = (
            f"The sandbox's journal is damaged at record {number + 1} ({problem}). The {number} before it "
            f"were restored; {lost} could not be and lie in {aside.name}. lab.check() shows what is missing."
        )


def _checksum(before: str, text: str) -> str:
    return hashlib.sha256(f"{before} {text}".encode()).hexdigest()[:16]


def _reopen(path: Path, end: int) -> BinaryIO:
    file = path.open("ab")
    path.chmod(0o600)
    file.truncate(end)
    return file


def _last_sum(path: Path) -> str:
    lines = path.read_bytes().splitlines()
    return lines[-1].split(b" ", 1)[0].decode() if lines else _START
