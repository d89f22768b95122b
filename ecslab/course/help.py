"""Hints, each saying more than the one before, and solutions, which are the code that the tests run."""

import textwrap
from dataclasses import dataclass

from markupsafe import Markup

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import STAGES, stage_named, step_named
from ecslab.course.check_runner import look
from ecslab.course.progress_store import memory, note_filled
from ecslab.course.stage import Stage, Step
from ecslab.display.markup import html, markdown
from ecslab.display.messages import say
from ecslab.display.printable import printable
from ecslab.display.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Hint:
    """One hint: for which step, which of how many, and its text."""

    step: str
    number: int
    of: int
    text: str

    def __repr__(self) -> str:
        return printable(f"{self._head()}: {self.text}" if self.of else self.text)

    def _repr_markdown_(self) -> str:
        head = markdown("**{}.** ", self._head()) if self.of else ""
        return head + markdown("{}", self.text)

    def _head(self) -> str:
        return f"Hint {self.number} of {self.of} for {self.step}"


@dataclass(frozen=True)
class Solution:
    """The code that does a step; `lab` and `ecslab` are what the notebook calls so."""

    step: str
    title: str
    code: str

    def __repr__(self) -> str:
        return printable(f"# {self.step}: {self.title}\n{self.code}")

    def _repr_html_(self) -> Markup:
        shown = "<details open><summary>{}: {}</summary><pre>{}</pre></details>"
        return html(shown, self.step, self.title, self.code)


def hint(lab: Connection, step: str | None = None) -> Hint:
    """A push in the right direction; called again, a stronger one. The last names the call.

    Args:
        step: a step or a stage, as in `check`; None for the first thing left to do in the current stage.
    """
    wanted, verdict = _wanted(lab, step)
    if verdict.outcome is Outcome.DONE:
        return Hint(wanted.id, 0, 0, f"{wanted.title}: this is done. {verdict.text}")
    given = memory(lab).hints
    texts = (*([verdict.hint] if verdict.hint else []), *wanted.hints)
    seen, number = given.get(wanted.id, ("", 0))
    number = min(number + 1, len(texts)) if seen == verdict.text else 1
    given[wanted.id] = (verdict.text, number)
    return Hint(wanted.id, number, len(texts), texts[number - 1])


def solution(lab: Connection, step: str | None = None) -> Solution:
    """The code that does the step. Nothing is run.

    Args:
        step: a step or a stage, as in `check`; None for the first thing left to do in the current stage.
    """
    wanted = step_named(step) if step and "." in step else _wanted(lab, step)[0]
    return Solution(wanted.id, wanted.title, wanted.code())


def solve(lab: Connection, step: str) -> object:
    """Show the code that does the step, and run it; for a demonstration, or to get past a step.

    Returns:
        what the code makes, where it makes one thing: `task = lab.solve("04.run")`.

    Raises:
        NoSuchStep: the course has no such step.
    """
    wanted = step_named(step)
    note_filled(lab, wanted.id)
    say(f"{wanted.title}, done for you by:\n\n{textwrap.indent(wanted.code(), '    ')}")
    return wanted.solve(lab)


def next_step(lab: Connection, stage: Stage) -> tuple[Step, Verdict]:
    """The first thing left to do in a stage, exercises last; its last step if all is done."""
    for step in (*stage.main_steps, *stage.exercises):
        verdict = look(lab, step)
        if verdict.outcome is not Outcome.DONE:
            break
    return step, verdict


def _wanted(lab: Connection, step: str | None) -> tuple[Step, Verdict]:
    if step and "." in step and step not in [stage.notebook for stage in STAGES.values()]:
        wanted = step_named(step)
        return wanted, look(lab, wanted)
    return next_step(lab, stage_named(step or memory(lab).stage))
