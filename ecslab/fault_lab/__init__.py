"""The fault lab: an application that is broken, and a learner who finds out why. Stage 14.

Sandbox only. `ecslab.fault(lab)` arranges a fault; the learner sees symptoms, names the cause, points at the
evidence and fixes it, and each of the three is judged separately.
"""

from dataclasses import dataclass

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.fault_lab import catalogue
from ecslab.fault_lab._arranging import FaultGone, NotAlone, arrange, is_gone
from ecslab.fault_lab._fault import Fault
from ecslab.fault_lab._notes import notes

__all__ = ["Fault", "FaultGone", "NotAlone", "Progress", "fault", "progress", "solved"]


def fault(lab: Connection, seed: int | None = None, *, kind: str | None = None) -> Fault:
    """The fault at hand, or another one.

    Args:
        lab: from `ecslab.connect()`.
        seed: which one; the same seed is the same fault for everybody. Without one, the fault that is still
            open, else one of a kind that this lab has not had yet. Another seed than that of the open fault
            takes that one back first.
        kind: for instructors: its name in the catalogue, instead of a seed.

    Raises:
        SandboxOnly: this is a real account; nothing was touched.
        NotAlone: taking the open fault back would take back other work too; the message says which.
        KeyError: there is no such kind.
    """
    if lab.where != "sandbox":
        raise SandboxOnly(
            "The fault lab", "ecslab.connect('sandbox') opens one; nothing was touched in this account"
        )
    if kind is not None:
        seed = catalogue.seed_for(kind)
    kept = notes(lab).open
    note = ""
    if kept and is_gone(lab, kept):
        note = f"Fault {kept.seed} is no longer in the sandbox: it was reset, or taken back."
        seed = kept.seed if seed is None else seed
    elif kept and seed in (None, kept.seed) and not (seed is None and kept.solved):
        return Fault(lab, kept.seed)
    elif kept:
        note = f"Fault {kept.seed} was taken back first."
    seed = catalogue.fresh_seed(notes(lab).had) if seed is None else int(seed)
    arrange(lab, seed)
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
    kept = notes(lab).open
    if kept is None or lab.where != "sandbox":
        return None
    left = tuple(name for name, right, _ in kept.parts if not right)
    tried = tuple(name for name, right, tries in kept.parts if tries and not right)
    return Progress(kept.seed, left, tried, kept.solved, kept.shown, is_gone(lab, kept))


def solved(lab: Connection) -> tuple[int, ...]:
    """The seeds of which all three parts were right, in the order they were solved."""
    return tuple(notes(lab).solved)
