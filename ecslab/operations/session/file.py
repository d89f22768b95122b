"""A session's file: a ZIP of the sandbox's journal, the bodies beside it, and the lab's own notes.

It is written whole or not at all, and read with suspicion: bounded, by known names only, each body checked
against its digest. No credentials are in it.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecslab.errors import CannotBeDone

FORMAT: Final = 1
LIMIT: Final = 512 << 20  # bytes of all that is in one file
MEMBERS: Final = 20_000
NOTES: Final = re.compile(r"[a-z]+-sandbox-[A-Za-z0-9-]+\.jsonl?")
"""The lab's own files for a sandbox: ledgers, and what was done and answered."""
_ABOUT, _JOURNAL = "session.json", "journal"
_BODY: Final = re.compile(r"bodies/([0-9a-f]{64})")
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
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, tick)
    except FileNotFoundError:
        raise CannotBeDone(f"there is no file {path}.\n  next: name one that lab.save(…) wrote") from None
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError) as problem:
        raise CannotBeDone(
            f"{path} is no session, or it is damaged.\n  seen: {problem}\n"
            "  next: name a file that lab.save(…) wrote; nothing was changed"
        ) from None


def _read(path: Path, archive: zipfile.ZipFile, tick: Callable[[], None]) -> Session:
    members = archive.infolist()
    if len(members) > MEMBERS or sum(member.file_size for member in members) > LIMIT:
        raise ValueError(f"it unpacks to more than {LIMIT >> 20} MB or {MEMBERS} parts")
    parts: dict[str, bytes] = {}
    for member in members:
        tick()
        known = member.filename in (_ABOUT, _JOURNAL)
        if not known and not _BODY.fullmatch(member.filename) and not _NOTE.fullmatch(member.filename):
            raise ValueError(f"it has a part {member.filename[:80]!r}, which no session has")
        with archive.open(member) as file:  # never more than is announced, whatever is packed
            parts[member.filename] = file.read(member.file_size + 1)[: member.file_size]
    about = json.loads(parts.pop(_ABOUT))
    if not isinstance(about, dict) or not isinstance(about.get("format"), int):
        raise ValueError("its session.json names no format")
    if about["format"] > FORMAT:
        raise CannotBeDone(
            f"{path} was saved by a newer ecslab, {str(about.get('ecslab'))[:20]}.\n"
            "  next: bring ecslab up to date, then load it"
        )
    session = Session(about, parts.pop(_JOURNAL).decode().splitlines())
    for name, content in parts.items():
        if body := _BODY.fullmatch(name):
            if hashlib.sha256(content).hexdigest() != body[1]:
                raise ValueError(f"body {body[1][:12]}… is damaged")
            session.bodies[body[1]] = content
        else:
            session.notes[name.removeprefix("lab/")] = content
    return session
