"""A session's file: a ZIP of the sandbox's journal, the bodies beside it, and the lab's own notes.

It is written whole or not at all, and read with suspicion: bounded, by known names only, each body checked
against its digest. No credentials are in it.
"""

import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecslab.errors import CannotBeDone
from ecslab.operations.session import schema

FORMAT: Final = 1
LIMIT: Final = 512 << 20  # bytes of all that is in one file
MEMBERS: Final = 20_000
NOTES: Final = re.compile(
    r"(ledger-sandbox-[A-Za-z0-9-]{1,100}\.jsonl|(progress|faults)-sandbox-[A-Za-z0-9-]{1,100}\.json)"
)
"""The lab's own files for a sandbox: ledgers, and what was done and answered."""
_ABOUT, _JOURNAL = "session.json", "journal"
_BODY: Final = re.compile(r"bodies/([0-9a-f]{64})")
_DAMAGES: Final = (
    OSError, zipfile.BadZipFile, zlib.error, struct.error, ValueError, KeyError, EOFError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What reading a file may raise that is no ZIP archive, or an encrypted one, or a damaged one."""
_NOTE: Final = re.compile(rf"lab/({NOTES.pattern})")


@dataclass
class Session:
    """What is in a file.

    Attributes:
        about: which version wrote it, when, and how many changes it holds.
        lines: the journal's.
        bodies: what lies beside the journal, by digest.
        notes: the lab's own files, by name.
    """

    about: dict[str, object]
    lines: list[str]
    bodies: dict[str, bytes] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)


def write(path: Path, session: Session) -> int:
    """Write it; its size in bytes. A file of that name is replaced once the new one is complete.

    Raises:
        CannotBeDone: it cannot be written there, or it is too large.
    """
    size = sum(map(len, (*session.lines, *session.bodies.values(), *session.notes.values())))
    if size > LIMIT:
        raise CannotBeDone(
            f"this session holds {size >> 20} MB; a file takes {LIMIT >> 20} MB.\n"
            "  next: `lab.undo()` the push of what is so large, then save again"
        )
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in _members(session):
                    archive.writestr(name, content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        return path.stat().st_size
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise CannotBeDone(
            f"the session could not be written to {path}.\n  seen: {problem.strerror}\n"
            "  next: name a file in a folder that is there and has room; a file of that name is as it was"
        ) from None


def _members(session: Session) -> Iterator[tuple[str, bytes]]:
    yield _ABOUT, json.dumps({"format": FORMAT} | session.about, indent=1).encode()
    yield _JOURNAL, "\n".join(session.lines).encode()
    yield from ((f"bodies/{digest}", body) for digest, body in session.bodies.items())
    yield from ((f"lab/{name}", content) for name, content in session.notes.items())


def read(path: Path, tick: Callable[[], None] = lambda: None) -> Session:
    """Read it.

    Args:
        tick: called for each part.

    Raises:
        CannotBeDone: it is not there, no session, damaged, too large, or of a newer version.
    """
    try:
        if not path.is_file() and path.exists():
            raise ValueError("it is no file")
        if path.exists() and path.stat().st_size > LIMIT:
            raise ValueError(f"it has more than {LIMIT >> 20} MB")
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, tick)
    except FileNotFoundError:
        raise CannotBeDone(f"there is no file {path}.\n  next: name one that lab.save(…) wrote") from None
    except _DAMAGES as problem:
        raise CannotBeDone(
            f"{path} is no session, or it is damaged.\n  seen: {problem}\n"
            "  next: name a file that lab.save(…) wrote; nothing was changed"
        ) from None


def _read(path: Path, archive: zipfile.ZipFile, tick: Callable[[], None]) -> Session:
    parts = dict(_parts(archive, tick))
    source = parts.pop(_ABOUT).decode()
    _refuse_newer(path, source)
    session = Session(schema.about(source), parts.pop(_JOURNAL).decode().splitlines())
    for name, content in parts.items():
        if body := _BODY.fullmatch(name):
            if hashlib.sha256(content).hexdigest() != body[1]:
                raise ValueError(f"body {body[1][:12]}… is damaged")
            session.bodies[body[1]] = content
        else:
            note = name.removeprefix("lab/")
            schema.check_note(note, content)
            session.notes[note] = content
    return session


def _parts(archive: zipfile.ZipFile, tick: Callable[[], None]) -> Iterator[tuple[str, bytes]]:
    """What is in it by name. What the directory says of sizes is not believed, but kept to."""
    members = archive.infolist()
    if len(members) > MEMBERS or sum(member.file_size for member in members) > LIMIT:
        raise ValueError(f"it unpacks to more than {LIMIT >> 20} MB or {MEMBERS} parts")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("it has a part twice")
    for member in members:
        tick()
        most = _most(member.filename)
        if member.file_size > most:
            raise ValueError(f"its part {member.filename[:80]!r} has more than {most >> 10} KiB")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"its part {member.filename[:80]!r} is packed as lab.save(…) packs nothing")
        with archive.open(member) as file:
            content = file.read(member.file_size + 1)
        if len(content) != member.file_size:
            raise ValueError(f"its part {member.filename[:80]!r} is not as large as announced")
        yield member.filename, content


def _most(name: str) -> int:
    """Bytes that a part of this name may have."""
    if name == _ABOUT:
        return 4 << 10
    if name == _JOURNAL or _BODY.fullmatch(name):
        return LIMIT
    if _NOTE.fullmatch(name):
        return 16 << 20
    raise ValueError(f"it has a part {name[:80]!r}, which no session has")


def _refuse_newer(path: Path, source: str) -> None:
    """A later version's description may have members that this one does not know."""
    try:
        about = json.loads(source)
        newer = isinstance(about, dict) and isinstance(about.get("format"), int) and about["format"] > FORMAT
    except (ValueError, RecursionError):
        return  # which the schema says better
    if newer:
        version = "".join(re.findall(r"[\w.+-]", str(about.get("ecslab"))))[:20]
        raise CannotBeDone(
            f"{path} was saved by a newer ecslab, {version}.\n  next: bring ecslab up to date, then load it"
        )
