"""A stage of the course: one notebook, and all that is declared of it; its steps, and how long it takes."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.course import words
from ecslab.display.verdict import Verdict

FOUNDATION: Final = ("00", "01", "02", "03")
"""What most stages build on."""
PACE: Final = 10
"""The sandbox's usual speed: virtual seconds for each second of the learner's."""


@dataclass(frozen=True)
class Minutes:
    """The time for one notebook, as `make minutes` measured it.

    Attributes:
        reading: minutes to read, run the cells, answer the questions and do the exercises.
        waiting: minutes that its waits take on AWS; the sandbox lets them pass ten times faster.
        optional: how many of `reading` are for its optional parts.
    """

    reading: int
    waiting: int
    optional: int = 0

    @property
    def here(self) -> int:
        """Minutes in the sandbox."""
        return max(1, round(self.reading + self.waiting / PACE))

    @property
    def about(self) -> int:
        """The same as a learner reads it: to five minutes, which is as exact as it can be."""
        return to_fives(self.here)


def to_fives(minutes: float) -> int:
    """Minutes to the next five, and no less than five."""
    return max(5, 5 * round(minutes / 5))


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        id: stage and name, as `01.repository`; exercises are `01.yours-1`.
        minutes: its weight in the stage's time, which is measured (`Stage.minutes`).
        check: looks at the account, by calls that read, and answers.
        solve: does the step; safe to run twice. Its body is what `lab.solution()` shows.
        hourly: US dollars an hour that what it makes costs on a real account.
        facts: what stands for the placeholders in its hints.
    """

    id: str
    minutes: int
    check: Callable[[Connection], Verdict]
    solve: Callable[[Connection], object]
    hourly: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def title(self) -> str:
        """What the learner does, in a few words."""
        return words.of_step(self.id).text("title")

    @property
    def hints(self) -> tuple[str, ...]:
        """Each says more than the one before; the last names the call."""
        return words.of_step(self.id).texts("hints", **self.facts)

    @property
    def operations(self) -> frozenset[str]:
        """The AWS operations that do the step; by them `goto(…, again=True)` knows where it began."""
        return frozenset(words.of_step(self.id).texts("operations"))

    @property
    def stage(self) -> str:
        """The two digits of its notebook."""
        return self.id.split(".")[0]

    @property
    def exercise(self) -> bool:
        """Whether it is a *Your turn*, which nothing later needs."""
        return ".yours" in self.id

    def code(self) -> str:
        """The body of `solve`, as a learner would write it in a cell: what is shown is what is tested."""
        lines = inspect.getsource(self.solve).splitlines()
        begin = next(i for i, line in enumerate(lines) if line.rstrip().endswith(":")) + 1
        body = textwrap.dedent("\n".join(lines[begin:]))
        # what is there for the linter, or for `lab.solve`, is not for the learner
        return re.sub(r"  # (noqa|type):.*|^return ", "", body, flags=re.MULTILINE)


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        notebook: its file; the two digits that it begins with are the stage's id.
        needs: what it builds on: stages, or single steps of one.
        minutes: how long it takes; `make minutes` measures and writes them.
        part: the part of the course's map that it belongs to, as `figures.PARTS` has them.
        steps: in the order of the notebook, exercises last.
        answers: for each question about the learner's own account, what reads it: all answers that are right,
            none while the account has none. Its texts stand with the stage's other questions.
    """

    notebook: str
    needs: tuple[str, ...]
    minutes: Minutes
    part: str
    steps: tuple[Step, ...]
    answers: Mapping[str, Callable[[Connection], Iterable[object]]] = field(default_factory=dict, hash=False)

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
