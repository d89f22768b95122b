"""A question whose answer stands in the learner's own account: a field to write in, and a button."""

from collections.abc import Callable
from typing import NamedTuple

import traitlets

from ecslab.display.markup import without_marks
from ecslab.widgets.view import View, module


class Judgement(NamedTuple):
    """What became of an answer.

    Attributes:
        status: `right`, `warning` (not right), or `open` (it cannot be told yet).
        message: why, in a sentence or two.
    """

    status: str
    message: str


class AnswerView(View):
    """Ask for a number, an id or a field of the learner's account.

    Args:
        question: its text; words in backticks are code.
        unit: what a number counts, or "".
        judge: says what becomes of an answer.
        before: what became of the last answer, in an earlier kernel.
    """

    _esm = module("answer.js")
    question = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    entered = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    status = traitlets.Unicode("open").tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, question: str, unit: str, judge: Callable[[str], Judgement], before: Judgement | None = None
    ) -> None:
        super().__init__(question=question, unit=unit)
        self._judge = judge
        if before:
            self.status, self.message = before
        self.observe(self._check, names=["asked"])

    def answer(self, entered: str | float) -> str:
        """Answer without the page; what becomes of it, in words."""
        self.entered = str(entered)
        self.asked += 1
        return str(self.message)

    def text(self) -> str:
        """The question, never the answer."""
        unit = f"\n  (a number of {self.unit})" if self.unit else ""
        return without_marks(f"{self.question}{unit}")

    def _check(self, _: object) -> None:
        entered = str(self.entered).strip()
        judged = self._judge(entered) if entered else Judgement("open", "Write your answer first.")
        with self.hold_sync():
            self.status, self.message = judged
