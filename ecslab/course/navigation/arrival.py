"""What `goto` answers: where one is now, or what a real account lacks for it."""

from dataclasses import dataclass

from ecslab.course.catalogue import STAGES
from ecslab.course.stage import Step
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
        parts = [self._head]
        if self.back:
            parts.append(f"Taken back: {self.back} change{'s' if self.back > 1 else ''}.")
        if self.made:
            parts.append(f"Filled in for you: {'; '.join(self.made)}.")
        parts += self.trouble
        if not self.made and not self.trouble:
            parts.append("Everything it builds on is there.")
        return " ".join(parts)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text.replace(self._head, f"**{self._head}**", 1)


@dataclass(frozen=True)
class Missing:
    """On a real account: what a stage builds on and is not there, and what it would cost by the hour."""

    stage: str
    steps: tuple[tuple[Step, Verdict], ...]

    @property
    def text(self) -> str:
        title = STAGES[self.stage].title
        lines = [f"Stage {self.stage}, {title}, on a real account: nothing is made for you here."]
        if not self.steps or self.stage == "99":
            return f"{lines[0]} {'' if self.stage == '99' else 'Everything it builds on is there.'}".rstrip()
        lines.append("It builds on what is not there yet:")
        for step, verdict in self.steps:
            price = f", {prices.dollars(step.hourly)} an hour" if step.hourly else ", nothing by the hour"
            notebook = STAGES[step.stage].notebook
            lines.append(f"- {step.id}, {step.title} ({notebook}){price}: {verdict.text}")
        total = sum(step.hourly for step, _ in self.steps)
        lines.append(f"Together: {prices.dollars(total)} an hour (us-east-1, {prices.AS_OF}).")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text.replace("\n", "\n\n", 1)
