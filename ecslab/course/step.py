"""A step of the course: how to see that it is done, and the code that does it."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ecslab.connection.connection import Connection
from ecslab.course import words
from ecslab.display.verdict import Verdict


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        id: stage and name, as `01.repository`; exercises are `01.yours-1`.
        minutes: its weight in the stage's time, which is measured (`Stage.minutes`).
        check: looks at the account, by calls that read, and answers.
        solve: does the step; safe to run twice. Its body is what `lab.solution()` shows.
        operations: the AWS operations that do the step; by them `goto(…, again=True)` knows where it began.
        hourly: US dollars an hour that what it makes costs on a real account.
        facts: what stands for the placeholders in its hints.
    """

    id: str
    minutes: int
    check: Callable[[Connection], Verdict]
    solve: Callable[[Connection], object]
    operations: frozenset[str] = frozenset()
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
        shown = [
            re.sub(r"  # (noqa|type):.*", "", line) for line in lines[begin:]
        ]  # for the linter, not the learner
        return textwrap.dedent("\n".join(shown))
