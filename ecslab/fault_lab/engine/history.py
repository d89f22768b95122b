"""What the account cannot say of a fault: which one is open, since where in the journal, and the score.

Kept in the lab's folder, so that a fault survives its kernel. Only seeds are written down: what kind of fault
a seed stands for is nobody's business who reads the file.
"""

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ecslab.connection.connection import Connection


@dataclass
class OpenFault:
    """The fault at hand; the file has the same names.

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

    @property
    def score(self) -> str:
        """The three parts, in words."""
        parts = ", ".join(f"{name} {_so_far(right, tries)}" for name, right, tries in self.parts)
        end = " Solved." if self.solved else " The answer was shown: try another one." if self.shown else ""
        return f"Score: {parts}.{end}"

    @property
    def left_beside_fix(self) -> str:
        """What is left to do where the application works again, in words."""
        left = [name for name, right, _ in self.parts[:2] if not right]
        if not left:
            return "Nothing is left to do."
        return f"It works again. Left: {' and '.join(left)}. What did you change, and what had told you to?"


def _so_far(right: bool, tries: int) -> str:
    if right:
        return "right"
    return "wrong so far" if tries else "open"


@dataclass
class History:
    """The faults of one lab.

    Attributes:
        open_fault: the fault at hand, or None.
        had: seeds that were arranged, the latest last.
        solved: seeds of which all three parts were right.
    """

    path: Path
    open_fault: OpenFault | None = None
    had: list[int] = field(default_factory=list)
    solved: list[int] = field(default_factory=list)

    def write(self) -> None:
        """Keep it; the file is replaced as a whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        open_fault = asdict(self.open_fault) if self.open_fault else None
        new_file = self.path.with_suffix(".new")
        new_file.write_text(
            json.dumps({"open": open_fault, "had": self.had, "solved": self.solved}), encoding="utf-8"
        )
        new_file.replace(self.path)


def history(lab: Connection) -> History:
    """The history as the file has it now; a file that cannot be read counts as empty."""
    name = f"faults-{lab.where}-{lab.account}-{lab.region}-{lab.prefix or 'lab'}.json"
    past = History(lab.home / "lab" / name)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(past.path.read_text(encoding="utf-8"))
        past.open_fault = OpenFault(**content["open"]) if content["open"] else None
        past.had, past.solved = list(map(int, content["had"])), list(map(int, content["solved"]))
    return past
