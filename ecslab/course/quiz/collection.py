"""The questions and predictions of the course, from the stages' text files, read when they are asked for."""

from collections.abc import Iterable

from ecslab.course import words
from ecslab.course.quiz.kinds import AccountQuestion, Option, Prediction, Question
from ecslab.display.texts import Entry
from ecslab.errors import EcslabError


class NoSuchQuestion(EcslabError, LookupError):
    """A question or a prediction that the course does not have."""

    def __init__(self, kind: str, wanted: object, known: Iterable[str]):
        near = [name for name in known if name[:2] == str(wanted)[:2]] or list(known)
        super().__init__(f"there is no {kind} {wanted!r}.\n  there are: {', '.join(near) or 'none'}")


def questions(*stages: str) -> dict[str, Question | AccountQuestion]:
    """The questions of these stages, of all if none is named, by their ids.

    Raises:
        BrokenText: a file is broken, or a question in it.
    """
    return {f"{stage}.{name}": _question(f"{stage}.{name}", entry) for stage in stages or words.stages()
            for name, entry in words.of_stage(stage).entries("questions").items()}  # fmt: skip


def predictions(*stages: str) -> dict[str, Prediction]:
    """The predictions of these stages, of all if none is named, by their ids. Raises as `questions` does."""
    return {f"{stage}.{name}": _prediction(f"{stage}.{name}", entry) for stage in stages or words.stages()
            for name, entry in words.of_stage(stage).entries("predictions").items()}  # fmt: skip


def question_named(wanted: str) -> Question | AccountQuestion:
    """The question with that id. Raises NoSuchQuestion."""
    asked = questions(*_stage_of(wanted)).get(wanted)
    if asked is None:
        raise NoSuchQuestion("question", wanted, questions())
    return asked


def prediction_named(wanted: str) -> Prediction:
    """The prediction with that id. Raises NoSuchQuestion."""
    asked = predictions(*_stage_of(wanted)).get(wanted)
    if asked is None:
        raise NoSuchQuestion("prediction", wanted, predictions())
    return asked


def _stage_of(wanted: str) -> list[str]:
    return [stage for stage in words.stages() if stage == str(wanted)[:2]]


def _question(name: str, entry: Entry) -> Question | AccountQuestion:
    try:
        return _offering(name, entry) if entry.rows("options") else _of_the_account(name, entry)
    except ValueError as error:
        raise entry.refusal(str(error)) from error


def _offering(name: str, entry: Entry) -> Question:
    text = entry.only("text", "options").text("text")
    rows = [row.only("text", "right", "why") for row in entry.rows("options")]
    return Question(
        name, text, tuple(Option(row.text("text"), row.flag("right"), row.text("why")) for row in rows)
    )


def _of_the_account(name: str, entry: Entry) -> AccountQuestion:
    text, unit = entry.only("text", "unit", "look", "missing", "why").text("text"), entry.text("unit", "")
    return AccountQuestion(name, text, unit, entry.text("look"), entry.text("missing"), entry.text("why"))


def _prediction(name: str, entry: Entry) -> Prediction:
    text = entry.only("text", "options", "results", "unit", "low", "high", "because").text("text")
    unit, because = entry.text("unit", ""), entry.text("because")
    low, high = entry.number("low"), entry.number("high")
    options, results = entry.texts("options"), entry.scalars("results")
    try:
        return Prediction(name, text, options, results, unit, low, high, because)
    except ValueError as error:
        raise entry.refusal(str(error)) from error
