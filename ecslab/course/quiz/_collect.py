"""All questions and predictions of the course, found by their modules' names."""

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from ecslab.course.quiz._kinds import Prediction, Question
from ecslab.errors import EcslabError

Kind = TypeVar("Kind", Question, Prediction)


class NoSuchQuestion(EcslabError, LookupError):
    """A question or a prediction that the course does not have."""

    def __init__(self, kind: str, wanted: object, known: Iterable[str]):
        near = [name for name in known if name[:2] == str(wanted)[:2]] or list(known)
        super().__init__(f"there is no {kind} {wanted!r}.\n  there are: {', '.join(near) or 'none'}")


@functools.cache
def _stages() -> tuple[tuple[str, object], ...]:
    names = (each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]))
    found = sorted(name for name in names if name.startswith("stage_"))
    return tuple((name[-2:], importlib.import_module(f"ecslab.course.quiz.{name}")) for name in found)


@functools.cache
def questions() -> Mapping[str, Question]:
    """Every question by its id. Raises ValueError if one stands in another stage's module, or twice."""
    return by_id((stage, getattr(module, "QUESTIONS", ())) for stage, module in _stages())


@functools.cache
def predictions() -> Mapping[str, Prediction]:
    """Every prediction by its id. Raises ValueError as `questions` does."""
    return by_id((stage, getattr(module, "PREDICTIONS", ())) for stage, module in _stages())


def by_id(stages: Iterable[tuple[str, Iterable[Kind]]]) -> dict[str, Kind]:
    """What the stages ask, by id. Raises ValueError for an id of another stage, or one that comes twice."""
    found: dict[str, Kind] = {}
    for stage, asked in stages:
        for each in asked:
            if each.stage != stage:
                raise ValueError(f"{each.id!r} stands in the module of stage {stage}")
            if each.id in found:
                raise ValueError(f"{each.id!r} comes twice")
            found[each.id] = each
    return found


def question_named(wanted: str) -> Question:
    """The question with that id. Raises NoSuchQuestion."""
    if wanted not in questions():
        raise NoSuchQuestion("question", wanted, questions())
    return questions()[wanted]


def prediction_named(wanted: str) -> Prediction:
    """The prediction with that id. Raises NoSuchQuestion."""
    if wanted not in predictions():
        raise NoSuchQuestion("prediction", wanted, predictions())
    return predictions()[wanted]
