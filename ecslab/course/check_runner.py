"""Running a check: what it finds done is noted, and a refused look is an answer too."""

from typing import Final

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import STAGES, stage_named, step_named
from ecslab.course.progress_store import memory, note_done
from ecslab.course.stage import Step
from ecslab.display.verdict import Outcome, Report, Verdict, wrong

_MOMENT: Final = 5.0
"""Seconds for which a check looks again, where what was done just now may not be seen yet."""


def look(lab: Connection, step: Step) -> Verdict:
    """What the account says about one step; the record keeps none of the calls, as the learner made none."""
    try:
        with lab.record.away():
            return step.check(lab)
    except ClientError as error:
        refusal = error.response.get("Error", {})
        return wrong(
            f"This check could not look: {refusal.get('Code')}: {refusal.get('Message')}",
            f"The call was {error.operation_name}. A check only reads; does the caller have the right to?",
        )


def check(lab: Connection, step: str | None = None) -> Verdict | Report:
    """Look at the account, never at the learner's code.

    Args:
        step: a step ("01.push", "01.yours-1") or a stage ("01": its steps without the exercises); None for
            the stage last given to `goto`.

    Raises:
        NoSuchStep: the course has no such step.
    """
    if step is not None and step not in STAGES and "." in step:
        wanted = step_named(step)
        verdict = _verdicts(lab, [wanted])[0]
        if verdict.outcome is Outcome.DONE:
            note_done(lab, wanted.id)
        return verdict
    stage = stage_named(step if step is not None else memory(lab).stage)
    steps = list(stage.main_steps)
    seen = list(zip(steps, _verdicts(lab, steps), strict=True))
    note_done(lab, *(each.id for each, verdict in seen if verdict.outcome is Outcome.DONE))
    return Report(tuple((each.title, verdict) for each, verdict in seen))


def _verdicts(lab: Connection, steps: list[Step]) -> list[Verdict]:
    """What the account says about the steps; where reads may come too early, what it says a moment later."""
    verdicts: list[Verdict] = []

    def all_done() -> bool:
        verdicts[:] = [look(lab, step) for step in steps]
        return all(verdict.outcome is Outcome.DONE for verdict in verdicts)

    lab.patient(all_done, limit=_MOMENT)
    return verdicts
