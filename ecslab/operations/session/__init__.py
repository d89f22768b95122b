"""Saving and loading a session: everything made in the sandbox, and how far the learner came, as one file."""

import base64
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ecslab import __version__
from ecslab.display.markup import markdown
from ecslab.display.messages import say
from ecslab.display.printable import printable
from ecslab.display.progress_line import Progress
from ecslab.errors import CannotBeDone
from ecslab.operations.session import file as session_file
from ecslab.operations.session import schema
from ecslab.operations.session.file import Session

if TYPE_CHECKING:
    from ecslab.connection.connection import Connection
    from ecslab.connection.place import ControlReply

_PIECE: Final = 4 << 20  # bytes of a body in one call
BEFORE: Final = "before-load.ecslab"
"""What was there before the last load, in the lab's folder."""
_ON_AWS: Final = (
    "A real account needs no {verb}: what you made is in the account until you remove it, from any machine. "
    "Only a sandbox lives on one machine, and is carried away as a file."
)


@dataclass(frozen=True)
class Note:
    """What was done, in words."""

    text: str

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        return markdown("{}", self.text)


def save(lab: "Connection", file: str | os.PathLike[str]) -> Note:
    """Write everything into `file`; see `Lab.save`."""
    if lab.where != "sandbox":
        return Note(_ON_AWS.format(verb="saving"))
    path = Path(file).expanduser()
    if path.is_dir():
        named = path / "my-lab.ecslab"
        raise CannotBeDone(f"{path} is a folder.\n  next: name a file in it, such as {named}")
    session = _taken(lab)
    size = session_file.write(path, session)
    return Note(
        f"Saved: `{path}`, {_changes(session.about['changes'])}, {_size(size)}. "
        f'`lab.load("{path.name}")` brings it all back, here or on another machine. '
        "What you put into the sandbox is in it, secrets included; its keys are not."
    )


def load(lab: "Connection", file: str | os.PathLike[str]) -> Note:
    """Put what is in `file` in place of the present session; see `Lab.load`."""
    if lab.where != "sandbox":
        return Note(_ON_AWS.format(verb="loading"))
    path = Path(file).expanduser()
    with Progress("the session to be read", shown=not lab.stepped) as line:
        session = session_file.read(path, line.tick)
        before, present = lab.home / "lab" / BEFORE, _taken(lab)
        if path.resolve() != before.resolve():
            before.parent.mkdir(parents=True, exist_ok=True)
            session_file.write(before, present)
        reply = _put(lab, session, line)
    _keep_notes(lab, session, present)
    when = session.about["saved"]
    sentences = [
        f"Loaded: {_changes(reply['changes'])}, saved on {when}.",
        *reply["notices"],
        "Python's variables are not in it: run the notebook's cells from the first on.",
        f"What was here before is in `{before}`, if you want it back.",
    ]
    return Note(" ".join(sentences))


def _taken(lab: "Connection") -> Session:
    """The present session."""
    with Progress("the session to be saved", shown=not lab.stepped) as line:
        export = lab.control("export")
        session = Session(
            {"ecslab": __version__, "saved": time.strftime("%Y-%m-%d %H:%M"), "changes": export["changes"]},
            export["lines"],
        )
        for digest, size in export["blobs"].items():
            body = b""
            while len(body) < size:
                line.tick()
                body += base64.b64decode(lab.control("blob", digest=digest, at=len(body))["data"])
            session.bodies[digest] = body
    for note in _notes(lab):
        content = _whole_lines(note)
        try:
            schema.check_note(note.name, content)
        except ValueError as problem:
            say(f"This cannot be read and is not saved with the session; it stays where it is. {problem}.")
        else:
            session.notes[note.name] = content
    return session


def _whole_lines(note: Path) -> bytes:
    """A file of the lab's, without a line whose writing was broken off."""
    content = note.read_bytes()
    if note.suffix == ".json":
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if line.startswith(b"{") and line.rstrip().endswith(b"}"))


def _notes(lab: "Connection") -> list[Path]:
    """The lab's own files for sandboxes."""
    folder = lab.home / "lab"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [file for file in files if session_file.NOTES.fullmatch(file.name)]


def _put(lab: "Connection", session: Session, line: Progress) -> "ControlReply":
    """Let the sandbox take it over; its answer. Refused, the sandbox is as it was."""
    journal = "\n".join(session.lines).encode()
    digest = hashlib.sha256(journal).hexdigest()
    try:
        for name, body in {**session.bodies, digest: journal}.items():
            for at in range(0, len(body) or 1, _PIECE):
                line.tick()
                piece = base64.b64encode(body[at : at + _PIECE]).decode()
                lab.control("accept", digest=name, at=at, data=piece)
        return line.during(lambda: lab.control("restore", journal=digest))
    except CannotBeDone as refusal:
        raise CannotBeDone(
            f"this session cannot be loaded.\n  seen: {refusal}\n"
            "  next: the sandbox is as it was; load another one"
        ) from None


def _keep_notes(lab: "Connection", session: Session, saved: Session) -> None:
    """The lab's own files become those of the session; `saved` holds those that go."""
    folder = lab.home / "lab"
    for name in saved.notes:
        (folder / name).unlink(missing_ok=True)
    for name, content in session.notes.items():
        fresh = folder / f".{name}.new"
        fresh.write_bytes(content)
        fresh.replace(folder / name)


def _changes(number: object) -> str:
    return f"{number} change{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
