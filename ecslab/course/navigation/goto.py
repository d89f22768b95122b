"""Going to a stage: what it builds on is filled in; nothing that is there is taken away, unless asked for."""

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import before, stage_named
from ecslab.course.check_runner import look
from ecslab.course.navigation.arrival import Arrival, Missing
from ecslab.course.navigation.journal import beginning
from ecslab.course.progress_store import changing, memory, note_done, note_filled, position
from ecslab.course.stage import Stage, Step
from ecslab.display.progress_line import Progress
from ecslab.display.verdict import Outcome
from ecslab.errors import EcslabError


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
    wanted = stage_named(stage)
    memory(lab).stage = wanted.id
    try:
        return _arrived(lab, wanted, again)
    finally:
        lab.record.begin_notebook()


def _arrived(lab: Connection, wanted: Stage, again: bool) -> Arrival | Missing:
    if lab.where != "sandbox":
        seen = [(step, look(lab, step)) for step in before(wanted)]
        return Missing(wanted.id, tuple(row for row in seen if row[1].outcome is not Outcome.DONE))
    back = _go_back(lab, wanted.id) if again else 0
    made, trouble = fill_in(lab, before(wanted))
    if again:
        trouble += [
            f"{step.title}: that was done before this stage was entered, and stays."
            for step in wanted.main_steps
            if step.operations and look(lab, step).outcome is Outcome.DONE
        ]
    if wanted.id not in memory(lab).entered:
        at = position(lab)
        with changing(lab) as changed:
            changed.entered.setdefault(wanted.id, at)
    return Arrival(wanted.id, tuple(made), tuple(trouble), back)


def fill_in(lab: Connection, steps: list[Step]) -> tuple[list[str], list[str]]:
    """Do those steps that are not done; titles of what was done, and what is still wrong, in words."""
    made: list[Step] = []
    trouble: list[str] = []
    done: list[str] = []
    ahead = lab.fast_forward()
    with Progress("what comes before this stage", shown=not lab.stepped) as line:
        for step in steps:
            line.tick()
            verdict = look(lab, step)
            if verdict.outcome is not Outcome.DONE:
                try:
                    with lab.step_marks.doing(step.id):
                        step.solve(ahead)
                except (EcslabError, ClientError) as error:
                    trouble.append(f"{step.title} did not work: {error}")
                    break
                made.append(step)
                if verdict.outcome is Outcome.WRONG:
                    verdict = look(lab, step)
                    if verdict.outcome is not Outcome.DONE:
                        made.pop()
                        trouble.append(f"{step.title}: {verdict.text} {verdict.hint}".rstrip())
                        continue
            done.append(step.id)
    note_filled(lab, *(step.id for step in made))
    note_done(lab, *done)
    return [step.title for step in made], trouble


def _go_back(lab: Connection, stage: str) -> int:
    """Cut the journal where the stage began; how many changes that took back."""
    entries = lab.control("journal")["entries"]
    begin = beginning(stage, entries, memory(lab).entered)
    if begin is None:
        return 0
    taken_back = len([entry for entry in entries if entry["position"] >= begin])
    if taken_back:
        with Progress("the sandbox to be as it was", shown=not lab.stepped) as line:
            line.during(lambda: lab.control("cut", position=begin))
    with changing(lab) as changed:
        changed.forget_stages({stage, *(other for other, at in changed.entered.items() if at > begin)})
        changed.forget_beyond(begin)
    return taken_back
