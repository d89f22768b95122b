"""Asking: the views get what may be seen, and the lab's memory keeps what was answered."""

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import stage_named
from ecslab.course.progress_store import Guess, Memory, changing, memory
from ecslab.course.quiz.collection import prediction_named, predictions, question_named, questions
from ecslab.course.quiz.comparison import Comparison
from ecslab.course.quiz.kinds import (
    AccountQuestion,
    Prediction,
    Question,
    Value,
    same_answer,
    spelled,
)
from ecslab.display.verdict import Verdict, not_yet
from ecslab.errors import CannotBeDone

if TYPE_CHECKING:
    from ecslab.widgets import AnswerView, PredictionView, QuestionView
    from ecslab.widgets.question import Reason

_shown: "WeakKeyDictionary[PredictionView, tuple[Connection, str]]" = WeakKeyDictionary()
"""The predictions that are on a page: one whose outcome is shown is locked there too."""


def question(lab: Connection, wanted: str) -> "QuestionView | AnswerView":
    """Ask a question; see `Lab.question`.

    Raises:
        NoSuchQuestion: the course has no such question.
    """
    asked = question_named(wanted)
    return _offer(lab, asked) if isinstance(asked, Question) else _ask_the_account(lab, asked)


def _offer(lab: Connection, asked: Question) -> "QuestionView":
    from ecslab.widgets import QuestionView

    def judge(tried: list[int]) -> "list[Reason]":
        with changing(lab) as changed:
            changed.answered[asked.id] = tried
        return reasons(asked, tried)

    before = memory(lab).answered.get(asked.id, [])
    return QuestionView(asked.text, [option.text for option in asked.options], judge, before)


def _ask_the_account(lab: Connection, asked: AccountQuestion) -> "AnswerView":
    from ecslab.widgets import AnswerView, Judgement

    read = stage_named(asked.stage).answers[asked.id.split(".")[1]]

    def judge(entered: str) -> Judgement:
        right = [*read(lab)]
        if not right:
            return Judgement("open", asked.missing)
        hit = any(same_answer(entered, answer) for answer in right)
        with changing(lab) as changed:
            changed.answered[asked.id] = [*changed.answered.get(asked.id, []), int(hit)]
        if hit:
            return Judgement("right", f"Right. {asked.why}")
        return Judgement("warning", f"Not this. {asked.look}")

    solved = 1 in memory(lab).answered.get(asked.id, [])
    before = Judgement("right", f"You answered this. {asked.why}") if solved else None
    return AnswerView(asked.text, asked.unit, judge, before)


def reasons(asked: Question, tried: list[int]) -> "list[Reason]":
    """Why what was tried is right or not; once the right one was found, also why each other is not."""
    solved = asked.right in tried
    rest = [place for place in range(len(asked.options)) if place not in tried and solved]
    first = [asked.right] if solved else []
    order = [*first, *(place for place in (*reversed(tried), *rest) if place not in first)]
    options = asked.options
    return [{"place": place, "right": options[place].right, "why": options[place].why} for place in order]


def predict(
    lab: Connection, wanted: str, value: Value | None = None, *, skip: bool = False
) -> "PredictionView":
    """Ask for a prediction; see `Lab.predict`.

    Raises:
        NoSuchQuestion: the course has no such prediction.
        CannotBeDone: `value` is none that can be predicted, or another one is locked.
    """
    from ecslab.widgets import PredictionView

    asked = prediction_named(wanted)
    view = PredictionView(asked.text, asked.options, _PredictionStore(lab, asked), asked.unit, asked.range)
    if value is not None or skip:
        view.lock(value)
    _shown[view] = (lab, asked.id)
    return view


def outcome(lab: Connection, wanted: str, seen: Value) -> Comparison | Verdict:
    """Show a prediction beside what came out; *not yet* before it is locked or skipped. See `Lab.outcome`.

    Raises:
        NoSuchQuestion: the course has no such prediction.
    """
    asked = prediction_named(wanted)
    if not memory(lab).predicted.get(asked.id, Guess()).locked:
        return not_yet(
            f"Say first what you expect: lock your prediction ({asked.text}), or press *Skip*, which is "
            f'`lab.predict("{asked.id}", skip=True)`. Then run this cell again.'
        )
    with changing(lab) as changed:
        value = changed.predicted[asked.id].value
        changed.predicted[asked.id] = Guess(value, locked=True, shown=True)
    for view, about in list(_shown.items()):
        if about == (lab, asked.id):
            view.refresh()
    return Comparison(asked, value, asked.outcome(seen))


def score(remembered: Memory, stage: str) -> tuple[int, int]:
    """How many of a stage's questions were answered and of its predictions made, and how many it has."""
    asked, predicted = questions(stage), predictions(stage)
    right = sum(_right(each) in remembered.answered.get(name, []) for name, each in asked.items())
    made = sum(remembered.predicted.get(name, Guess()).value is not None for name in predicted)
    return right + made, len(asked) + len(predicted)


def _right(asked: Question | AccountQuestion) -> int:
    return asked.right if isinstance(asked, Question) else 1


class _PredictionStore:
    """One prediction in the lab's memory."""

    def __init__(self, lab: Connection, asked: Prediction):
        self._lab, self._asked = lab, asked

    def load(self) -> tuple[Value | None, bool, str]:
        """What was said, whether it is locked, and how that is put in words."""
        guess = memory(self._lab).predicted.get(self._asked.id, Guess())
        return guess.value, guess.locked, self._words(guess)

    def save(self, value: Value | None, lock: bool) -> None:
        """Keep it, unless another one is locked.

        Raises:
            CannotBeDone: it is none that can be predicted, or another one is locked.
        """
        if value is not None and self._asked.options:
            value = str(value)
        with changing(self._lab) as changed:
            guess = changed.predicted.get(self._asked.id, Guess())
            if guess.locked:
                if guess.value == value:
                    return
                raise CannotBeDone(f"{self._asked.id}: {self._words(guess)}")
            if value is not None and (problem := self._asked.problem(value)):
                raise CannotBeDone(f"{self._asked.id}: {problem}.")
            changed.predicted[self._asked.id] = Guess(value, locked=lock)

    def _words(self, guess: Guess) -> str:
        if not guess.locked:
            return ""
        if guess.value is not None:
            return f"Locked: {spelled(guess.value, self._asked.unit)}. Now run it and see."
        return "Skipped: its outcome is shown without a prediction."
