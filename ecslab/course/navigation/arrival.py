"""What `goto` answers: where one is now, or what a real account lacks for it."""

from dataclasses import dataclass
from typing import Final

from ecslab.course.catalogue import STAGES
from ecslab.course.stage import Step
from ecslab.display.markup import markdown
from ecslab.display.printable import printable
from ecslab.display.verdict import Verdict
from ecslab.operations import prices


@dataclass(frozen=True)
class Arrival:
    """Where you are now, and what was done to get there.

    Attributes:
        stage: the stage.
        made: titles of the steps that were filled in.
        trouble: what is not as the stage needs it, in words.
        back: how many changes were taken back first.
    """

    stage: str
    made: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    back: int = 0

    @property
    def _head(self) -> str:
        return f"Stage {self.stage}, {STAGES[self.stage].title}."

    @property
    def text(self) -> str:
        return f"{self._head} {self._rest}"

    @property
    def _rest(self) -> str:
        parts = []
        if self.back:
            parts.append(f"Taken back: {self.back} change{'s' if self.back > 1 else ''}.")
        if self.made:
            parts.append(f"Filled in for you: {'; '.join(self.made)}.")
        parts += self.trouble
        if not self.made and not self.trouble:
            parts.append("Everything it builds on is there.")
        return " ".join(parts)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        return markdown("**{}** {}", self._head, self._rest)


@dataclass(frozen=True)
class Missing:
    """On a real account: what a stage builds on and is not there, and what it would cost by the hour."""

    stage: str
    steps: tuple[tuple[Step, Verdict], ...]

    @property
    def text(self) -> str:
        if not self._items:
            return self._head
        return "\n".join([self._head, _LACKS, *(f"- {item}" for item in self._items), self._together])

    @property
    def _head(self) -> str:
        title = STAGES[self.stage].title
        complete = "" if self.steps or self.stage == "99" else " Everything it builds on is there."
        return f"Stage {self.stage}, {title}, on a real account: nothing is made for you here.{complete}"

    @property
    def _items(self) -> list[str]:
        return [_lacking(step, verdict) for step, verdict in self.steps if self.stage != "99"]

    @property
    def _together(self) -> str:
        total = sum(step.hourly for step, _ in self.steps)
        return f"Together: {prices.dollars(total)} an hour (us-east-1, {prices.AS_OF})."

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        head = markdown("{}", self._head)
        if not self._items:
            return head
        items = "\n".join(markdown("- {}", item) for item in self._items)
        return "\n".join([f"{head}\n", _LACKS, items, markdown("\n{}", self._together)])


_LACKS: Final = "It builds on what is not there yet:"


def _lacking(step: Step, verdict: Verdict) -> str:
    price = f", {prices.dollars(step.hourly)} an hour" if step.hourly else ", nothing by the hour"
    return f"{step.id}, {step.title} ({STAGES[step.stage].notebook}){price}: {verdict.text}"
