"""Running a check: what it finds done is noted, and a refused look is an answer too."""

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import STAGES, stage_named, step_named
from ecslab.course.progress_store import memory, note_done
from ecslab.course.stage import Step
from ecslab.display.verdict import Outcome, Report, Verdict, wrong


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
        verdict = look(lab, wanted)
        if verdict.outcome is Outcome.DONE:
            note_done(lab, wanted.id)
        return verdict
    stage = stage_named(step if step is not None else memory(lab).stage)
    seen = [(each, look(lab, each)) for each in stage.main_steps]
    note_done(lab, *(each.id for each, verdict in seen if verdict.outcome is Outcome.DONE))
    return Report(tuple((each.title, verdict) for each, verdict in seen))
