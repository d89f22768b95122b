"""What the account cannot say of a fault: which one is open, since where in the journal, and the score.

Kept in the lab's folder, so that a fault survives its kernel. Only seeds are written down: what kind of fault
a seed stands for is nobody's business who reads the file.
"""

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ecslab.connection.connection import Connection


@dataclass
class Open:
    """The fault at hand.

    Attributes:
        seed: which one it is.
        begin, end: positions in the sandbox's journal: before it was arranged, and after.
        mark: a digest of the journal up to `end`; another one means that it was cut or reset.
        first: a digest of the first change that arranged it: while that is there, something is left of it.
        causes, clues, looks: how many causes were named, places pointed at, and fixes looked at.
        cause, evidence, fixed: whether each was right once.
        hints: how many were given.
        shown: whether the answer was asked for.
    """

    seed: int
    begin: int
    end: int
    mark: str
    first: str
    causes: int = 0
    clues: int = 0
    looks: int = 0
    cause: bool = False
    evidence: bool = False
    fixed: bool = False
    hints: int = 0
    shown: bool = False

    @property
    def parts(self) -> tuple[tuple[str, bool, int], ...]:
        """Each part: its name, whether it was right once, and how often it was tried and judged."""
        return (
            ("cause", self.cause, self.causes),
            ("evidence", self.evidence, self.clues),
            ("fix", self.fixed, self.looks),
        )

    @property
    def solved(self) -> bool:
        """Whether all three parts are right, and nobody had to show the answer."""
        return self.cause and self.evidence and self.fixed and not self.shown


@dataclass
class Notes:
    """The notes on one lab's faults.

    Attributes:
        open: the fault at hand, or None.
        had: seeds that were arranged, the latest last.
        solved: seeds of which all three parts were right.
    """

    path: Path
    open: Open | None = None
    had: list[int] = field(default_factory=list)
    solved: list[int] = field(default_factory=list)

    def write(self) -> None:
        """Keep it; the file is replaced as a whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"open": asdict(self.open) if self.open else None, "had": self.had, "solved": self.solved}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(self.path)


def notes(lab: Connection) -> Notes:
    """The notes as the file has them now; a file that cannot be read counts as empty."""
    name = f"faults-{lab.where}-{lab.account}-{lab.region}-{lab.prefix or 'lab'}.json"
    found = Notes(lab.home / "lab" / name)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(found.path.read_text(encoding="utf-8"))
        found.open = Open(**kept["open"]) if kept["open"] else None
        found.had, found.solved = [int(one) for one in kept["had"]], [int(one) for one in kept["solved"]]
    return found


def position(lab: Connection) -> int:
    """The length of the sandbox's journal."""
    return int(lab.control("status")["position"])


def changes(lab: Connection) -> list[dict[str, Any]]:
    """Every change of the account so far, oldest first."""
    return list(lab.control("journal")["entries"])


def strangers(lab: Connection, entries: list[dict[str, Any]], end: int) -> list[str]:
    """Changes since `end` that are about the lesson's own things, and no part of any fault."""
    known = set(vars(lab.names).values())
    return [
        f"{e['operation']} {e['summary']}" for e in entries if e["position"] >= end and e["summary"] in known
    ]


def mark(entries: list[dict[str, Any]], end: int, begin: int = 0) -> str:
    """A digest of the journal's changes from `begin` to before `end`."""
    told = [
        (each["position"], each["now"], each["operation"], each["summary"])
        for each in entries
        if begin <= each["position"] < end
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def first(entries: list[dict[str, Any]], begin: int) -> str:
    """A digest of the first change at `begin` or after it."""
    at = next((each["position"] for each in entries if each["position"] >= begin), begin)
    return mark(entries, at + 1, begin)
