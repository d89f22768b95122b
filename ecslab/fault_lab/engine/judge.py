"""The judge of the three parts: the cause that was named, the evidence pointed at, and the fix."""

from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.case import Case
from ecslab.fault_lab.engine.evidence import Evidence
from ecslab.fault_lab.engine.texts import Clue

RIGHT = "That is the cause."


def cause(case: Case, kind: str) -> Verdict:
    """Whether the fault is of that kind; if not, why one could think so, and what speaks against it."""
    return done(RIGHT) if kind == case.kind else wrong(case.texts.tempting[kind])


def evidence(case: Case, pointed_at: Evidence) -> Verdict:
    """Whether what stands there tells this cause from the others."""
    for clue in case.texts.telling:
        if _is(clue, pointed_at):
            return done(f"{pointed_at} tells it: {clue.why}")
    for clue in case.texts.idle:
        if _is(clue, pointed_at):
            return wrong(f"{pointed_at} is true, but not telling: {clue.why}")
    return wrong(
        f"{pointed_at} is there to read, but it does not tell this cause from the others.",
        "Ask what would look different if another cause on the list were the right one.",
    )


def _is(clue: Clue, evidence: Evidence) -> bool:
    return clue.call == evidence.call and evidence.field.lower() in {name.lower() for name in clue.fields}


def fix(case: Case, app: Application, changed: bool) -> Verdict:
    """Whether the application works again, by the account's state alone.

    Args:
        changed: whether anything was changed in the account since the fault was arranged.
    """
    if not app.service:
        return wrong(
            f"The service `{app.names.service}` is not there any more: it was deleted, or its cluster was.",
            "Create it again under the same name, or start over with fault.again().",
        )
    only_seems_fixed = next((fix for fix in case.wrong if fix.works and fix.seen(app)), None)
    if only_seems_fixed:
        return case.refusal(only_seems_fixed, app)
    lacking = case.lacking(app)
    if not lacking:
        return done("Fixed: the application does again what it is there for.")
    if not changed:
        return not_yet(f"Nothing was changed yet. {lacking}")
    refused = next((fix for fix in case.wrong if fix.seen(app)), None)
    if refused:
        return case.refusal(refused, app)
    if app.moving:
        return not_yet(f"Not there yet; fault.wait() lets time pass. {lacking}")
    return wrong(f"Something was changed, and the trouble stays. {lacking}")
