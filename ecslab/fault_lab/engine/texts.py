"""The words of one fault: what a learner reads of it, kept apart from the code that breaks and judges.

A text file holds `cause`, the sentence in the list of causes; `story`, who complains about what; `answer`,
the fix in a few sentences; and `hints`, each stronger than the one before. `[tempting]` has other kinds
that could be taken for this one: why, and what speaks against each. `[[telling]]` is evidence that tells
this cause from the others, `[[idle]]` such as is true and tells nothing. `[wrong.…]` are the words for
fixes that are none, and `[lacking]` has sentences of a goal that is this fault's own.

`{…}` in a story stands for a name of the fault (`FaultNames`); in hints, `wrong` and `lacking` for such a
name or for one of the values that the fault's module gives.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecslab.display.texts import Entry, read

PARTS: Final = ("cause", "story", "answer", "hints", "tempting", "telling", "idle", "wrong", "lacking")


@dataclass(frozen=True)
class Clue:
    """A place to look at: a call of the CLI (`describe-tasks`), fields of its answer, and what they mean."""

    call: str
    fields: tuple[str, ...]
    why: str


class Texts:
    """What a fault's text file holds, as far as it needs no value of the account.

    Args:
        module: the fault's module; the text file has its name.

    Attributes:
        entry: the whole file.
    """

    def __init__(self, module: Path):
        self.entry = read(module.parent, module.stem).only(*PARTS)
        self.cause, self.answer = self.entry.text("cause"), self.entry.text("answer")
        self.tempting = _sentences(self.entry, "tempting")
        self.telling, self.idle = _clues(self.entry, "telling"), _clues(self.entry, "idle")
        self.wrong = self.entry.entries("wrong")
        self.lacking = self.entry.entry("lacking") if "lacking" in self.entry.values else None


def _sentences(entry: Entry, key: str) -> dict[str, str]:
    table = entry.entry(key)
    return {name: table.text(name) for name in table.values}


def _clues(entry: Entry, key: str) -> tuple[Clue, ...]:
    rows = (row.only("call", "fields", "why") for row in entry.rows(key))
    return tuple(Clue(row.text("call"), row.texts("fields"), row.text("why")) for row in rows)
