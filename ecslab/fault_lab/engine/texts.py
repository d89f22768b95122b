"""The words of one fault: what a learner reads of it, kept apart from the code that breaks and judges.

In a text file, lines may be broken anywhere: each run of blanks is one space. In the story, the hints, the
wrong fixes and what is lacking, `{…}` stands for a value: a name of the fault (`FaultNames`), or one that its
module gives; a brace of the text itself is doubled.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LANGUAGE: Final = "en"


@dataclass(frozen=True)
class Clue:
    """A place to look at: a call of the CLI (`describe-tasks`), fields of its answer, and what they mean."""

    call: str
    fields: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Refusal:
    """What is said of a wrong fix: what it does and does not do, and where to look instead."""

    text: str
    hint: str = ""


@dataclass(frozen=True)
class Texts:
    """What a text file holds.

    Attributes:
        cause: the sentence in the list of causes.
        story: who complains about what.
        answer: the fix, in a few sentences.
        hints: from the present state, each stronger than the one before.
        tempting: other kinds that could be taken for it: why, and what speaks against each.
        telling: evidence that tells this cause from the others.
        idle: evidence that is true, but tells nothing.
        wrong: fixes that are refused with their own words, by name.
        lacking: sentences of a goal that is this fault's own, by name.
    """

    cause: str
    story: str
    answer: str
    hints: tuple[str, ...]
    tempting: Mapping[str, str]
    telling: tuple[Clue, ...]
    wrong: Mapping[str, Refusal]
    idle: tuple[Clue, ...] = ()
    lacking: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def texts_of(module: Path) -> Texts:
    """The texts of the fault in `module`, which stand under its name in the folder of the language."""
    file = module.parent / LANGUAGE / f"{module.stem}.toml"
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    clues = {
        part: tuple(
            Clue(clue["call"], tuple(clue["fields"]), _flowing(clue["why"])) for clue in content.pop(part, ())
        )
        for part in ("telling", "idle")
    }
    refusals = {name: Refusal(**_all_flowing(words)) for name, words in content.pop("wrong").items()}
    tables = {part: _all_flowing(content.pop(part, {})) for part in ("tempting", "lacking")}
    hints = tuple(map(_flowing, content.pop("hints")))
    return Texts(**_all_flowing(content), **clues, **tables, hints=hints, wrong=refusals)


def _flowing(text: str) -> str:
    return " ".join(text.split())


def _all_flowing(table: Mapping[str, str]) -> dict[str, str]:
    return {name: _flowing(text) for name, text in table.items()}
