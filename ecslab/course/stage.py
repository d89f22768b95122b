"""A stage of the course: one notebook, and all that is declared of it."""

from dataclasses import dataclass
from typing import Final

from ecslab.course import words
from ecslab.course.minutes import Minutes
from ecslab.course.step import Step

FOUNDATION: Final = ("00", "01", "02", "03")
"""What most stages build on."""


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        notebook: its file; the two digits that it begins with are the stage's id.
        needs: what it builds on: stages, or single steps of one.
        minutes: how long it takes; `make minutes` measures and writes them.
        part: the part of the course's map that it belongs to, as `figures.PARTS` has them.
        steps: in the order of the notebook, exercises last.
    """

    notebook: str
    needs: tuple[str, ...]
    minutes: Minutes
    part: str
    steps: tuple[Step, ...]

    @property
    def id(self) -> str:
        """Its two digits."""
        return self.notebook[:2]

    @property
    def title(self) -> str:
        """Its name, in a word or two."""
        return words.of_stage(self.id).text("title")

    @property
    def moment(self) -> str:
        """The moment that a class remembers, for whoever teaches."""
        return words.of_stage(self.id).text("moment")

    @property
    def main_steps(self) -> list[Step]:
        """The steps that later stages need."""
        return [step for step in self.steps if not step.exercise]

    @property
    def exercises(self) -> list[Step]:
        """The *Your turn* steps."""
        return [step for step in self.steps if step.exercise]
