"""The judge of the three parts: the cause that was named, the evidence pointed at, and the fix."""

from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.fault_lab._case import Case, Clue
from ecslab.fault_lab._evidence import Place
from ecslab.fault_lab._scene import Scene

RIGHT = "That is the cause."


def cause(case: Case, kind: str) -> Verdict:
    """Whether the fault is of that kind; if not, why one could think so, and what speaks against it."""
    return done(RIGHT) if kind == case.kind else wrong(case.tempting[kind])


def evidence(case: Case, at: Place) -> Verdict:
    """Whether what stands there tells this cause from the others."""
    for clue in case.telling:
        if _meant(clue, at):
            return done(f"{at} tells it: {clue.why}")
    for clue in case.idle:
        if _meant(clue, at):
            return wrong(f"{at} is true, but not telling: {clue.why}")
    return wrong(
        f"{at} is there to read, but it does not tell this cause from the others.",
        "Ask what would look different if another cause on the list were the right one.",
    )


def _meant(clue: Clue, at: Place) -> bool:
    return clue.call == at.call and at.field.lower() in {name.lower() for name in clue.fields}


def fix(case: Case, scene: Scene, changed: bool) -> Verdict:
    """Whether the application works again, by the account's state alone.

    Args:
        changed: whether anything was changed in the account since the fault was arranged.
    """
    if not scene.service:
        return wrong(
            f"The service `{scene.names.service}` is not there any more: it was deleted, or its cluster was.",
            "Create it again under the same name, or begin anew with fault.again().",
        )
    refused = next((one for one in case.wrong if one.works and one.seen(scene)), None)
    if refused:
        return refused.verdict(scene)
    lacking = case.goal(scene)
    if not lacking:
        return done("Fixed: the application does again what it is there for.")
    if not changed:
        return not_yet(f"Nothing was changed yet. {lacking}")
    refused = next((one for one in case.wrong if one.seen(scene)), None)
    if refused:
        return refused.verdict(scene)
    if scene.moving:
        return not_yet(f"Not there yet; fault.wait() lets time pass. {lacking}")
    return wrong(f"Something was changed, and the trouble stays. {lacking}")
