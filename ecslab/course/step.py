"""A step of the course: what it is called, how to see that it is done, and the code that does it."""

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from ecslab.connection.connection import Connection
from ecslab.course.verdict import Verdict


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        id: stage and name, as `01.repository`; exercises are `01.yours-1`.
        title: what the learner does, in a few words.
        minutes: its weight in the stage's time, which is measured (`course.minutes`).
        check: looks at the account, by calls that read, and answers.
        solve: does the step; safe to run twice. Its body is what `lab.solution()` shows.
        hints: each says more than the one before; the last names the call.
        operations: the AWS operations that do the step; by them `goto(…, again=True)` knows where it began.
        hourly: US dollars an hour that what it makes costs on a real account.
    """

    id: str
    title: str
    minutes: int
    check: Callable[[Connection], Verdict]
    solve: Callable[[Connection], object]
    hints: tuple[str, ...]
    operations: frozenset[str] = frozenset()
    hourly: float = 0.0

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
