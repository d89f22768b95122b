"""A quick question: options, a button, and then the reasons. Till then the answer stays in the kernel."""

from collections.abc import Callable, Sequence
from typing import Final, TypedDict

import traitlets

from ecslab.display.markup import without_marks
from ecslab.widgets.view import View, module

LETTERS: Final = "ABCDEFGH"


class Reason(TypedDict):
    """Why an option is right or not: its place from 0, and the text."""

    place: int
    right: bool
    why: str


class QuestionView(View):
    """Ask one question.

    Args:
        question: its text; words in backticks are code.
        options: the answers that are offered.
        judge: gives the reasons that the places tried so far have earned, from 0, the newest last.
        tried: places that were tried before, in an earlier kernel.

    Nothing that is synced to the page, and so kept in the notebook's file, tells which option is right
    before the learner has answered.
    """

    _esm = module("question.js")
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choice = traitlets.Int(-1).tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    reasons = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self, question: str, options: Sequence[str], judge: Callable[[list[int]], list[Reason]],
        tried: Sequence[int] = (),
    ) -> None:  # fmt: skip
        super().__init__(question=question, options=list(options))
        self._judge, self._tried = judge, [place for place in tried if 0 <= place < len(options)]
        if self._tried:
            self.choice = self._tried[-1]
            self._give_reasons()
        self.observe(self._check, names=["asked"])

    def answer(self, letter: str) -> str:
        """Answer without the page, by an option's letter; the reason, in words.

        Raises:
            ValueError: no option has that letter.
        """
        place = LETTERS.find(str(letter).strip().upper() or "?")
        if not 0 <= place < len(self.options):
            raise ValueError(f"{letter!r} is no option; it can be: {', '.join(LETTERS[: len(self.options)])}")
        self.choice = place
        self.asked += 1
        return "\n".join(_spelled(reason) for reason in self._reasons)

    def text(self) -> str:
        """The question and its options, never the answer."""
        offered = zip(LETTERS, self.options, strict=False)
        lines = [self.question, *(f"  {letter}. {option}" for letter, option in offered)]
        return without_marks("\n".join(lines))

    def _check(self, _: object) -> None:
        if 0 <= self.choice < len(self.options):
            self._tried = [place for place in self._tried if place != self.choice] + [self.choice]
            self._give_reasons()

    def _give_reasons(self) -> None:
        self._reasons = self._judge(list(self._tried))
        self.reasons = [dict(reason) for reason in self._reasons]


def _spelled(reason: Reason) -> str:
    return f"{LETTERS[reason['place']]}. {'Right' if reason['right'] else 'Not this one'}: {reason['why']}"
