"""The words of the course: one text file for each stage. Read when one is asked for."""

from pathlib import Path
from typing import Final

from ecslab.display import texts
from ecslab.display.texts import Entry

FOLDER: Final = Path(__file__).with_name("stages")


def of_stage(stage: str) -> Entry:
    """What there is to say of a stage: title, moment, steps, verdicts, questions, predictions."""
    return texts.read(FOLDER, stage).only("title", "moment", "steps", "verdicts", "questions", "predictions")


def of_step(step: str) -> Entry:
    """What there is to say of a step, by its id: title, AWS operations and hints."""
    stage, _, name = step.partition(".")
    return of_stage(stage).entry("steps").entry(name).only("title", "operations", "hints")


def of_verdict(verdict: str) -> Entry:
    """What a check says, by the verdict's id: text, and a hint where there is one."""
    stage, _, name = verdict.partition(".")
    return of_stage(stage).entry("verdicts").entry(name).only("text", "hint")


def stages() -> list[str]:
    """The stages that have words, in order."""
    return texts.names(FOLDER)


def counted(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def are(number: int, total: int = 0) -> str:
    """`is` or `are`, as it goes with a number of things, or with so many of a total."""
    return "is" if 1 in (number, total) else "are"
