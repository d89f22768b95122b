"""What the fault lab knows of one fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecslab.connection.connection import Connection
from ecslab.display.verdict import Verdict, wrong
from ecslab.fault_lab._causes import CAUSES
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

Goal = Callable[[Scene], str]
"""Answers "" where the application does what it is there for, else what is lacking, in a sentence."""


@dataclass(frozen=True)
class Clue:
    """A place to look at: a call of the CLI (`describe-tasks`), fields of its answer, and what they mean."""

    call: str
    fields: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class WrongFix:
    """A fix that is none.

    Attributes:
        seen: whether the account shows it.
        text: what it does and does not do; or a function that says so of the present state.
        hint: where to look instead.
        works: whether it is refused even where the application seems to work again.
    """

    seen: Callable[[Scene], object]
    text: str | Callable[[Scene], str]
    hint: str = ""
    works: bool = False

    def verdict(self, scene: Scene) -> Verdict:
        """The refusal, in words."""
        return wrong(self.text if isinstance(self.text, str) else self.text(scene), self.hint)


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        kind: its name in the catalogue; never shown to a learner who has not asked for the answer.
            story: who complains about what; `{app}`, `{service}`, … are the fault's names.
        arrange: makes the broken application, and lets time pass until the symptoms show.
        goal: when the application works.
        tempting: other kinds that could be taken for it: why, and what speaks against each.
        telling: evidence that tells this cause from the others.
        idle: evidence that is true, but tells nothing.
        wrong: fixes that are refused with their own words, the most particular first.
        hints: from the present state, each stronger than the one before.
        answer: cause, evidence and fix, in a few sentences.
        repair: a fix; its body is shown as code.
    """

    kind: str
    story: str
    arrange: Callable[[Workbench], None]
    goal: Goal
    tempting: Mapping[str, str]
    telling: tuple[Clue, ...]
    wrong: tuple[WrongFix, ...]
    hints: Callable[[Scene], list[str]]
    answer: str
    repair: Callable[[Connection, "Fault"], Any]
    idle: tuple[Clue, ...] = ()

    @property
    def cause(self) -> str:
        """The sentence in the list of causes."""
        return CAUSES[self.kind]
