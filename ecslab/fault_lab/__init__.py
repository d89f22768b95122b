"""The fault lab: an application that is broken, and a learner who finds out why. Stage 14.

Sandbox only. `ecslab.fault(lab)` arranges a fault; the learner sees symptoms, names the cause, points at the
evidence and fixes it, and each of the three is judged separately.
"""

from dataclasses import dataclass

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.fault_lab.arranged_fault import Fault
from ecslab.fault_lab.catalogue import CATALOGUE, NoSuchFault
from ecslab.fault_lab.engine.arrangement import FaultGone, NotAlone, arrange, is_gone
from ecslab.fault_lab.engine.history import history

__all__ = ["Fault", "FaultGone", "NoSuchFault", "NotAlone", "Progress", "fault", "progress", "solved"]


def fault(lab: Connection, seed: int | None = None, *, kind: str | None = None, variant: int = 0) -> Fault:
    """The fault at hand, or another one.

    Args:
        seed: which one; the same seed is the same fault for everybody. Without one, the fault that is still
            open, else one of a kind that this lab has not had yet. Another seed than that of the open fault
            takes that one back first.
        kind: for instructors: its name in the catalogue, instead of a seed.
        variant: with `kind`: which of its variants, from 0; they differ in names and particulars.

    Raises:
        SandboxOnly: this is a real account; nothing was touched.
        NotAlone: taking the open fault back would take back other work too; the message says which.
        NoSuchFault: there is none of that seed or kind.
        ValueError: there is no such variant.
    """
    if lab.where != "sandbox":
        raise SandboxOnly(
            "The fault lab", "ecslab.connect('sandbox') opens one; nothing was touched in this account"
        )
    if kind is not None:
        seed = CATALOGUE.seed_for(kind, variant)
    past, note = history(lab), ""
    open_fault = past.open_fault
    if open_fault and is_gone(lab, open_fault):
        note = f"Fault {open_fault.seed} is no longer in the sandbox: it was reset, or taken back."
        seed = open_fault.seed if seed is None else seed
    elif open_fault and seed in (None, open_fault.seed) and not (seed is None and open_fault.solved):
        return Fault(lab, open_fault.seed)
    elif open_fault:
        note = f"Fault {open_fault.seed} was taken back first."
    seed = CATALOGUE.fresh_seed(past.had) if seed is None else int(seed)
    arrange(lab, seed, CATALOGUE.drawn(seed))
    return Fault(lab, seed, note)


@dataclass(frozen=True)
class Progress:
    """How far the fault at hand has come.

    Attributes:
        seed: which one it is.
        left: the parts that are not right yet: "cause", "evidence", "fix".
        wrong: those of them that were tried.
        solved, shown: whether all are right; whether the answer was asked for.
        gone: whether the account no longer holds it.
    """

    seed: int
    left: tuple[str, ...]
    wrong: tuple[str, ...]
    solved: bool
    shown: bool
    gone: bool


def progress(lab: Connection) -> Progress | None:
    """How far the fault at hand has come; None if there is none, as on a real account."""
    open_fault = history(lab).open_fault
    if open_fault is None or lab.where != "sandbox":
        return None
    left = tuple(name for name, right, _ in open_fault.parts if not right)
    tried = tuple(name for name, right, tries in open_fault.parts if tries and not right)
    return Progress(
        open_fault.seed, left, tried, open_fault.solved, open_fault.shown, is_gone(lab, open_fault)
    )


def solved(lab: Connection) -> tuple[int, ...]:
    """The seeds of which all three parts were right, in the order they were solved."""
    return tuple(history(lab).solved)
