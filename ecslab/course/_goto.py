"""Going to a stage: what it builds on is filled in; nothing that is there is taken away, unless asked for."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.course._hurry import Hurried
from ecslab.course._look import look
from ecslab.course._memory import changing, memory, note_done, position
from ecslab.course.step import Step
from ecslab.course.steps import NEEDS, NOTEBOOKS, STAGES, STEPS, before, main_steps, stage_named
from ecslab.course.verdict import Outcome, Verdict
from ecslab.display.progress_line import Progress
from ecslab.errors import EcslabError
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
    def text(self) -> str:
        parts = [f"Stage {self.stage}, {STAGES[self.stage]}."]
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
        return self.text.replace(parts := f"Stage {self.stage}, {STAGES[self.stage]}.", f"**{parts}**", 1)


@dataclass(frozen=True)
class Missing:
    """On a real account: what a stage builds on and is not there, and what it would cost by the hour."""

    stage: str
    steps: tuple[tuple[Step, Verdict], ...]

    @property
    def text(self) -> str:
        lines = [
            f"Stage {self.stage}, {STAGES[self.stage]}, on a real account: nothing is made for you here."
        ]
        if not self.steps or self.stage == "99":
            return f"{lines[0]} {'' if self.stage == '99' else 'Everything it builds on is there.'}".rstrip()
        lines.append("It builds on what is not there yet:")
        for step, verdict in self.steps:
            price = f", {prices.dollars(step.hourly)} an hour" if step.hourly else ", nothing by the hour"
            lines.append(f"- {step.id}, {step.title} ({NOTEBOOKS[step.stage]}){price}: {verdict.text}")
        total = sum(step.hourly for step, _ in self.steps)
        lines.append(f"Together: {prices.dollars(total)} an hour (us-east-1, {prices.AS_OF}).")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text.replace("\n", "\n\n", 1)


def goto(lab: Connection, stage: str, *, again: bool = False) -> Arrival | Missing:
    """Make `stage` the current one, and fill in what it builds on.

    Args:
        stage: its number, as "04".
        again: first go back to before the stage's own first step, by cutting the sandbox's journal there:
            what was made since is gone, whatever it was.

    On a real account nothing is made and nothing is taken away: the answer lists what is missing.

    Raises:
        NoSuchStep: the course has no such stage.
    """
    stage = stage_named(stage)
    kept = memory(lab)
    kept.stage = stage
    if lab.where != "sandbox":
        seen = [(step, look(lab, step)) for step in before(stage)]
        return Missing(stage, tuple(row for row in seen if row[1].outcome is not Outcome.DONE))
    back = _go_back(lab, stage) if again else 0
    made, trouble = fill_in(lab, before(stage))
    if again:
        trouble += [
            f"{step.title}: that was done before this stage was entered, and stays."
            for step in main_steps(stage)
            if step.operations and look(lab, step).outcome is Outcome.DONE
        ]
    if stage not in memory(lab).entered:
        at = position(lab)
        with changing(lab) as kept:
            kept.entered.setdefault(stage, at)
    return Arrival(stage, tuple(made), tuple(trouble), back)


def fill_in(lab: Connection, steps: list[Step]) -> tuple[list[str], list[str]]:
    """Do those steps that are not done; titles of what was done, and what is still wrong, in words."""
    made, trouble = [], []
    done = []
    swift = Hurried(lab)
    with Progress("what comes before this stage", shown=not lab.place.stepped) as line:
        for step in steps:
            line.tick()
            verdict = look(lab, step)
            if verdict.outcome is not Outcome.DONE:
                try:
                    with lab.step_marks.doing(step.id):
                        step.solve(swift)
                except (EcslabError, ClientError) as error:
                    trouble.append(f"{step.title} did not work: {error}")
                    break
                made.append(step.title)
                if verdict.outcome is Outcome.WRONG:
                    verdict = look(lab, step)
                    if verdict.outcome is not Outcome.DONE:
                        made.pop()
                        trouble.append(f"{step.title}: {verdict.text} {verdict.hint}".rstrip())
                        continue
            done.append(step.id)
    note_done(lab, *done)
    return made, trouble


def _go_back(lab: Connection, stage: str) -> int:
    """Cut the journal where the stage began; how many changes that took back."""
    entries = lab.control("journal")["entries"]
    begin = beginning(stage, entries, memory(lab).entered)
    if begin is None:
        return 0
    gone = len([entry for entry in entries if entry["position"] >= begin])
    if gone:
        with Progress("the sandbox to be as it was", shown=not lab.place.stepped) as line:
            line.during(lambda: lab.control("cut", position=begin))
    with changing(lab) as kept:
        kept.forget_stages({stage, *(each for each, at in kept.entered.items() if at > begin)})
        kept.forget_beyond(begin)
    return gone


def beginning(stage: str, entries: list[dict[str, Any]], entered: dict[str, int]) -> int | None:
    """Where in the journal a stage began; None if nothing was done for it.

    It began where it was entered first, or before that, where `goto` did one of its steps for a later stage.
    A stage that was neither entered nor filled in began with the first call that none of the stages before
    it makes, and with what belongs to that call; never before a stage was entered that it builds on.
    """
    known = [entered[stage]] if stage in entered else []
    known += [entry["position"] for entry in entries if _step(entry).startswith(f"{stage}.")][:1]
    if known:
        return min(known)
    earlier = {name for step in STEPS if step.stage < stage for name in step.operations}
    own = {name for step in STEPS if step.stage == stage for name in step.operations}
    floor = max((at for each, at in entered.items() if each in NEEDS[stage]), default=0)
    after = [entry for entry in entries if entry["position"] >= floor]
    first = next((n for n, entry in enumerate(after) if entry["operation"] in own - earlier), None)
    if first is None:
        return None
    while first and after[first].get("step") and after[first - 1].get("step") == after[first]["step"]:
        first -= 1
    return int(after[first]["position"])


def _step(entry: dict[str, Any]) -> str:
    """The step of the course for which a change was made by `goto`; "" for the learner's own."""
    return str(entry.get("step", "")).partition(" ")[2]
