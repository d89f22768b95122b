"""What the account cannot say: which steps were done once, and where each stage was entered.

Kept in the lab's folder. In the sandbox each entry carries the length that the journal had; an entry beyond
the journal's present end belongs to a past that was taken back (undo, goto again, reset) and is dropped.
"""

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from ecslab.lab import Lab


@dataclass
class Memory:
    """What is remembered of one lab.

    Attributes:
        path: the file.
        done: steps that a check has found done, and the journal's length then.
        entered: stages, and the journal's length when they were first entered.
        stage: the stage last given to goto, in this kernel.
        hints: for each step, what the account looked like at the last hint, and how many were given.
    """

    path: Path
    done: dict[str, int] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    stage: str = "00"
    hints: dict[str, tuple[str, int]] = field(default_factory=dict)

    def forget_beyond(self, position: int) -> None:
        """Drop what lies beyond the journal's end."""
        self.done = {key: at for key, at in self.done.items() if at <= position}
        self.entered = {key: at for key, at in self.entered.items() if at <= position}

    def read(self) -> None:
        """Take over what another kernel wrote; a file that cannot be read counts as empty."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self.done = {str(key): int(at) for key, at in kept["done"].items()}
            self.entered = {str(key): int(at) for key, at in kept["entered"].items()}

    def write(self) -> None:
        """Keep it; the file is replaced as a whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"done": self.done, "entered": self.entered}), encoding="utf-8")
        fresh.replace(self.path)


_open: "WeakKeyDictionary[Lab, Memory]" = WeakKeyDictionary()


def position(lab: Lab) -> int:
    """The length of the sandbox's journal; 0 on a real account, which has none."""
    return int(lab.control("status")["position"]) if lab.where == "sandbox" else 0


def memory(lab: Lab) -> Memory:
    """The lab's memory, as the file has it now, without what was taken back."""
    kept = _open.get(lab)
    if kept is None:
        name = f"progress-{lab.where}-{lab.account}-{lab.region}-{lab.prefix or 'lab'}.json"
        kept = _open[lab] = Memory(lab.home / "lab" / name)
    kept.read()
    if lab.where == "sandbox":
        kept.forget_beyond(position(lab))
    return kept


def forget(lab: Lab) -> None:
    """Let go of what this kernel remembers; the file stays."""
    _open.pop(lab, None)


def note_done(lab: Lab, *ids: str) -> None:
    """Remember that these steps are done."""
    kept = memory(lab)
    fresh = [each for each in ids if each not in kept.done]
    if fresh:
        at = position(lab)
        kept.done |= dict.fromkeys(fresh, at)
        kept.write()
