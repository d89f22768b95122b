"""What the account cannot say: which steps were done once, where each stage was entered, what was answered.

Kept in the lab's folder, where every kernel of the lab reads it anew and changes it under a lock, so that
two notebooks do not write over each other. In the sandbox the entries carry the length that the journal had;
one beyond the journal's present end belongs to a past that was taken back (undo, goto again) and is dropped,
and a reset makes another account, of which nothing is remembered.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from filelock import FileLock, Timeout

from ecslab.connection.connection import Connection
from ecslab.errors import CannotBeDone

FORMAT = 2
"""What the file's entries mean. A file that names no format is of the first; the second has `filled`."""
_PATIENCE = 5.0  # seconds; whoever holds the lock only writes a small file


@dataclass(frozen=True)
class Guess:
    """One prediction: its value, whether it is locked, whether the outcome was shown."""

    value: str | int | float | None = None
    locked: bool = False
    shown: bool = False


@dataclass
class Memory:
    """What is remembered of one lab.

    Attributes:
        path: the file.
        began: when the sandbox's account was made, which tells one from the next; None on a real account.
        done: steps that a check has found done, and the journal's length then.
        filled: those that were done for the learner, by `goto` or `solve`, and the journal's length then.
        entered: stages, and the journal's length when they were first entered.
        predicted: predictions by their ids.
        answered: for each question, the places that were tried, in order.
        stage: the stage last given to goto, in this kernel.
        hints: for each step, what the account looked like at the last hint, and how many were given.
    """

    path: Path
    began: float | None = None
    done: dict[str, int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    predicted: dict[str, Guess] = field(default_factory=dict)
    answered: dict[str, list[int]] = field(default_factory=dict)
    stage: str = "00"
    hints: dict[str, tuple[str, int]] = field(default_factory=dict)

    def forget_beyond(self, position: int) -> None:
        """Drop what lies beyond the journal's end."""
        self.done = {key: at for key, at in self.done.items() if at <= position}
        self.filled = {key: at for key, at in self.filled.items() if at <= position}
        self.entered = {key: at for key, at in self.entered.items() if at <= position}

    def forget_stages(self, stages: set[str]) -> None:
        """Drop what was predicted and answered in these stages, which begin anew."""
        self.predicted = {key: guess for key, guess in self.predicted.items() if key[:2] not in stages}
        self.answered = {key: places for key, places in self.answered.items() if key[:2] not in stages}

    def read(self) -> None:
        """Take over what any kernel wrote; a file that cannot be read counts as empty.

        Raises:
            CannotBeDone: a later version of ecslab wrote it.
        """
        content: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            content = json.loads(self.path.read_text(encoding="utf-8"))
        _check_format(self.path, content)
        fresh = Memory(self.path)
        with contextlib.suppress(TypeError, KeyError, AttributeError, ValueError):
            fresh.done = {str(key): int(at) for key, at in content["done"].items()}
            fresh.entered = {str(key): int(at) for key, at in content["entered"].items()}
            fresh.filled = {str(key): int(at) for key, at in content.get("filled", {}).items()}
            fresh.began = content.get("began")
            fresh.predicted = {str(key): Guess(*value) for key, value in content.get("predicted", {}).items()}
            answered = content.get("answered", {}).items()
            fresh.answered = {str(key): [int(place) for place in tried] for key, tried in answered}
        self.done, self.entered, self.began = fresh.done, fresh.entered, fresh.began
        self.predicted, self.answered, self.filled = fresh.predicted, fresh.answered, fresh.filled

    def write(self) -> None:
        """Keep it; the file is replaced as a whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        predicted = {key: [guess.value, guess.locked, guess.shown] for key, guess in self.predicted.items()}
        content = {"format": FORMAT, "began": self.began, "done": self.done, "filled": self.filled,
                "entered": self.entered, "predicted": predicted, "answered": self.answered}  # fmt: skip
        fresh = self.path.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(content), encoding="utf-8")
        fresh.replace(self.path)


def _check_format(path: Path, content: object) -> None:
    version = content.get("format", 1) if isinstance(content, dict) else FORMAT
    if not isinstance(version, int) or version > FORMAT:
        raise CannotBeDone(
            f"what was done and answered so far cannot be read: {path.name} has format {version!r}, and this "
            f"ecslab reads formats up to {FORMAT}.\n"
            f"  next: bring ecslab up to date, or move {path} elsewhere to start with nothing remembered"
        )


_open: "WeakKeyDictionary[Connection, Memory]" = WeakKeyDictionary()


def position(lab: Connection) -> int:
    """The length of the sandbox's journal; 0 on a real account, which has none."""
    return int(lab.control("status")["position"]) if lab.where == "sandbox" else 0


def path(lab: Connection) -> Path:
    """The file of the lab's memory."""
    name = f"progress-{lab.where}-{lab.account}-{lab.region}-{lab.prefix or 'lab'}.json"
    return lab.home / "lab" / name


def memory(lab: Connection) -> Memory:
    """The lab's memory, as the file has it now, without what was taken back. To change it, use `changing`."""
    remembered = _open.get(lab)
    if remembered is None:
        remembered = _open[lab] = Memory(path(lab))
    remembered.read()
    if lab.where == "sandbox":
        status = lab.control("status")
        if remembered.began not in (None, status["began"]):
            remembered.done, remembered.filled, remembered.entered = {}, {}, {}
            remembered.predicted, remembered.answered = {}, {}
        remembered.began = status["began"]
        remembered.forget_beyond(int(status["position"]))
    return remembered


@contextlib.contextmanager
def changing(lab: Connection) -> Iterator[Memory]:
    """The lab's memory, to be changed: nobody else changes it meanwhile, and at the end it is written.

    Raises:
        CannotBeDone: somebody else has held the lock for too long; nothing was written.
    """
    lock_path = path(lab).with_suffix(".lock")
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(lock_path, _PATIENCE, poll_interval=0.02).acquire()
    except Timeout:
        raise CannotBeDone(
            f"what was done could not be noted: another program has held {lock_path.name} for "
            f"{_PATIENCE:.0f} s.\n"
            "  next: run the cell again; if it stays so, restart the kernels of this lab's other notebooks. "
            "What was noted before is as it was"
        ) from None
    with held:
        remembered = memory(lab)
        yield remembered
        remembered.write()


def forget(lab: Connection) -> None:
    """Let go of what this kernel remembers; the file stays."""
    _open.pop(lab, None)


def note_filled(lab: Connection, *ids: str) -> None:
    """Remember that these steps were done for the learner."""
    if ids:
        at = position(lab)
        with changing(lab) as remembered:
            remembered.filled |= {each: at for each in ids if each not in remembered.done}


def note_done(lab: Connection, *ids: str) -> None:
    """Remember that these steps are done."""
    done = memory(lab).done
    if all(each in done for each in ids):
        return
    at = position(lab)
    with changing(lab) as remembered:
        remembered.done |= {each: at for each in ids if each not in remembered.done}
