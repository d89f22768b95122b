"""The sandbox's memory: every accepted mutating request, appended before it is answered, and how time went.

One line a record: a checksum, then JSON. Each checksum covers the one before it, so that a line that was
lost, changed or put elsewhere is noticed. Bodies above `LARGE` bytes lie beside the journal, named by their
digest, each once. A record is on the disk (fsync) when `append` returns.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from ecslab.sandbox import whole_file
from ecslab.sandbox.journal.blobs import LARGE, Blobs
from ecslab.sandbox.journal.record import (
    FIRST,
    Record,
    check_format,
    checksum_of,
    parsed,
    parsed_line,
    written,
)
from ecslab.sandbox.snapshot import folder as snapshots

REPLAYING: Final = "replaying.json"
"""Beside a journal that is being replayed, or whose replay never ended: how far it came."""


class Journal:
    """The records of one home, in order. Position n is the nth record, from 0.

    Args:
        folder: `<home>/sandbox`; None keeps everything in memory.

    `damage` says what was wrong with the file when it was opened, or is None. Nothing is thrown away: the
    unreadable rest is moved to `journal.damaged-<n>` beside it, and the records before it stand.

    Raises:
        UnknownFormat: a later version wrote the file; it is left as it is.
    """

    def __init__(self, folder: Path | None):
        self.damage: str | None = None
        self._folder = folder
        self._records: list[Record | None] = []  # None: it is read from the file when it is asked for
        self._bodies: dict[int, str] = {}  # digests of those that lie beside the file
        self._ends: list[int] = []  # where each record's line ends in the file
        self._sum = FIRST
        self._file: BinaryIO | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._blobs = Blobs(folder / "blobs")
            self._path = self._at = folder / "journal.jsonl"
            self._open()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return (self[position] for position in range(len(self)))

    def __getitem__(self, position: int) -> Record:
        record = self._records[position] or self._stored(position % len(self))
        blob = self._bodies.get(position)
        return record if blob is None else replace(record, body=self._blobs.read(blob))

    def after(self, position: int) -> Iterator[Record]:
        """The records from `position` on."""
        return (self[each] for each in range(position, len(self)))

    def digest(self, records: int) -> str:
        """SHA-256 of the first so many records, as they stand in the file; "" if it has not so many."""
        if self._folder is None or not 0 < records <= len(self):
            return ""
        with self._at.open("rb") as file:
            return hashlib.sha256(file.read(self._ends[records - 1])).hexdigest()

    def append(self, record: Record, durable: bool = True) -> int:
        """Keep a record; its position.

        Args:
            durable: wait until it is on the disk; else a power cut, though no kill, may lose it.

        Raises:
            OSError: the disk is full or unwritable; nothing was kept.
        """
        if self._file is not None:
            line, checksum, blob = self._line(record)
            start = self._end
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
        self._bodies = {at: digest for at, digest in self._bodies.items() if at < position}
        if self._file is not None:
            del self._ends[position:]
            self._file.close()
            self._file = _reopen(self._path, self._end)
            self._sum = _last_sum(self._path)

    def clear(self) -> None:
        """Forget every record, and the bodies and layers that lie beside the journal."""
        self.cut(0)
        if self._folder is not None:
            self._blobs.clear()

    def set_aside(self) -> Path | None:
        """Begin an empty journal, and leave the present one beside it, bodies included; where it lies now."""
        if self._folder is None:
            self.cut(0)
            return None
        self.close()
        taken = len(list(self._folder.glob("journal.set-aside-*")))
        aside = self._folder / f"journal.set-aside-{taken + 1}"
        self._path.replace(aside)
        self._records, self._bodies, self._ends, self._sum = [], {}, [], FIRST
        self._file = _reopen(self._path, 0)
        return aside

    @staticmethod
    def erase(folder: Path) -> None:
        """Forget the journal of a folder that no process has open, and the bodies beside it, unread."""
        for name in ("journal.jsonl", REPLAYING, *snapshots.NAMES):
            (folder / name).unlink(missing_ok=True)
        if (folder / "blobs").is_dir():
            Blobs(folder / "blobs").clear()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def blob(self, digest: str) -> bytes:
        """A large body. Raises KeyError or OSError if there is none."""
        if self._folder is not None:
            return self._blobs.read(digest)
        for record in self:
            if len(record.body) > LARGE and hashlib.sha256(record.body).hexdigest() == digest:
                return record.body
        raise KeyError(digest)

    @contextlib.contextmanager
    def exchanged(self, records: Iterable[Record]) -> Iterator[None]:
        """Within this the journal holds `records`; if it ends in an error, what it held before is back.

        The file that was there is replaced as a whole, at the end: a crash leaves one of the two.
        """
        held = (self._records, self._bodies, self._ends, self._sum)
        before, self._file = self._file, None
        fresh = self._path.with_suffix(".fresh") if before is not None else None
        self._records, self._bodies, self._ends, self._sum = [], {}, [], FIRST
        try:
            if fresh is not None:
                self._at, self._file = fresh, _reopen(fresh, 0)
            for record in records:
                self.append(record, durable=False)
            yield
            if fresh is not None and before is not None and self._file is not None:
                os.fsync(self._file.fileno())
                self.close()
                before.close()  # Windows replaces no file, and by no file, that is open
                fresh.replace(self._path)
                self._at, self._file = self._path, _reopen(self._path, self._end)
        except BaseException:
            self.close()
            self._records, self._bodies, self._ends, self._sum = held
            if fresh is not None and before is not None:
                self._at = self._path
                self._file = _reopen(self._path, self._end) if before.closed else before
                fresh.unlink(missing_ok=True)
            raise

    @property
    def _end(self) -> int:
        """Where the last line ends in the file."""
        return self._ends[-1] if self._ends else 0

    def _keep(self, record: Record, blob: str | None) -> int:
        if blob is not None:
            self._bodies[len(self._records)] = blob
        self._records.append(record if self._folder is None else None)
        return len(self._records) - 1

    def _stored(self, position: int) -> Record:
        """A record from its line in the file; its large body is left where it lies."""
        begin = self._ends[position - 1] if position else 0
        with self._at.open("rb") as file:
            file.seek(begin)
            line = file.read(self._ends[position] - begin)
        return parsed(line.partition(b" ")[2].decode())[0]

    def _line(self, record: Record) -> tuple[bytes, str, str | None]:
        blob = self._blobs.write(record.body) if len(record.body) > LARGE else None
        text = written(record, blob)
        checksum = checksum_of(self._sum, text)
        return f"{checksum} {text}\n".encode(), checksum, blob

    def _open(self) -> None:
        data = self._path.read_bytes() if self._path.exists() else b""
        check_format(data.partition(b"\n")[0].decode("utf-8", "replace"))
        end = 0
        for number, line in enumerate(data.splitlines(keepends=True)):
            try:
                record, blob, self._sum = self._parse(line)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as problem:
                self._set_aside(data, end, number, problem)
                break
            end += len(line)
            self._keep(record, blob)
            self._ends.append(end)
        self._file = _reopen(self._path, end)

    def _parse(self, line: bytes) -> tuple[Record, str | None, str]:
        if not line.endswith(b"\n"):
            raise ValueError("the line is not finished")
        record, blob, checksum = parsed_line(line[:-1].decode(), self._sum)
        if blob is not None:
            record = replace(record, body=self._blobs.read(blob))
        return record, blob, checksum

    def _set_aside(self, data: bytes, end: int, number: int, problem: Exception) -> None:
        lost = data[end:].count(b"\n") or 1
        assert self._folder is not None
        taken = len(list(self._folder.glob("journal.damaged-*")))
        aside = self._folder / f"journal.damaged-{taken + 1}"
        whole_file.write(aside, data[end:])
        self.damage = (
            f"The sandbox's journal is damaged at record {number + 1} ({problem}). The {number} before it "
            f"were restored; {lost} could not be and lie in {aside.name}. lab.check() shows what is missing."
        )


def _reopen(path: Path, end: int) -> BinaryIO:
    file = path.open("ab")
    path.chmod(0o600)
    file.truncate(end)
    return file


def _last_sum(path: Path) -> str:
    lines = path.read_bytes().splitlines()
    return lines[-1].split(b" ", 1)[0].decode() if lines else FIRST
