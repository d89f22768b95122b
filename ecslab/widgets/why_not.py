"""Six questions about a page that does not answer: the learner says yes or no, then the account does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import traitlets

from ecslab.connection.connection import Connection
from ecslab.errors import EcslabError
from ecslab.operations import judged_guesses
from ecslab.operations.judged_guesses import JudgedGuesses
from ecslab.resources.network import PORT
from ecslab.resources.task import reachability
from ecslab.resources.task.reachability import QUESTIONS
from ecslab.widgets.view import View, module

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_NONE: Final = "Answer one of the questions first: a guess will do."


class WhyNotView(View):
    """Ask why a task's page does not answer: six questions of yes or no, judged by the account.

    Args:
        lab: where the task is.
        task: as DescribeTasks shows it.

    The account is read when the button is pressed, so that it can be pressed again after a change.
    """

    _esm = module("why_not.js")
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    guesses = traitlets.Dict().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(self, lab: Connection, task: TaskTypeDef) -> None:
        super().__init__(questions=[{"name": name, "text": text} for name, text in QUESTIONS.items()])
        self._lab, self._task = lab, task
        self._judged: JudgedGuesses | None = None
        self.observe(self._check, names=["asked"])

    def answer(self, **guesses: object) -> str:
        """Answer without the page: True or False for each, by the names in `reachability.QUESTIONS`.

        Raises:
            NoGuess: a guess is neither, or answers no question.
        """
        read = judged_guesses.read(guesses)
        self.guesses = {name: "yes" if guess else "no" for name, guess in read.items()}
        self.asked += 1
        return str(self.message)

    def text(self) -> str:
        """The questions; once they were answered, what the account says beside the answers."""
        if self._judged:
            return repr(self._judged)
        asked = (f"  - {text}" for text in QUESTIONS.values())
        return "\n".join(["Why does nobody answer? Yes or no:", *asked])

    def _check(self, _: object) -> None:
        try:
            guesses = judged_guesses.read(dict(self.guesses))
            seen = reachability.look(self._lab, self._task, PORT)
        except EcslabError as error:
            self.rows, self.message = [], str(error)
            return
        if not guesses:
            self.rows, self.message = [], _NONE
            return
        self._judged = JudgedGuesses(guesses, seen)
        with self.hold_sync():
            self.rows, self.message = self._judged.rows(), self._judged.summary()
