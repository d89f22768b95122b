"""Arranging a fault, and taking it back: the account, the journal and the history together."""

import random

from ecslab.connection.connection import Connection
from ecslab.display.progress_line import Progress
from ecslab.errors import EcslabError
from ecslab.fault_lab.engine import journal
from ecslab.fault_lab.engine.builder import Builder
from ecslab.fault_lab.engine.case import Case
from ecslab.fault_lab.engine.history import OpenFault, history
from ecslab.fault_lab.engine.names import FaultNames, fault_names


class FaultGone(EcslabError, LookupError):
    """The account no longer holds this fault: it was reset, or what was made was taken back."""


class NotAlone(EcslabError, RuntimeError):
    """Taking a fault back would take back other work too."""


def names_of(lab: Connection, seed: int) -> FaultNames:
    """What the resources of a seed's fault are called."""
    return fault_names(lab, random.Random(f"names {seed}"))


def is_gone(lab: Connection, fault: OpenFault) -> bool:
    """Whether the journal no longer begins with what arranged this fault."""
    return journal.digest(journal.changes(lab), fault.end) != fault.mark


def take_back(lab: Connection, everything: bool = False) -> None:
    """Take back the fault at hand, if there is one, or what the account still has of it. Raises NotAlone."""
    past = history(lab)
    fault = past.open_fault
    if (
        fault and journal.first_digest(journal.changes(lab), fault.begin) == fault.first
    ):  # or what is left of it
        others = journal.lesson_changes(lab, fault.end)
        if others and not everything:
            raise NotAlone(
                f"taking fault {fault.seed} back would take back other work too.\n"
                f"  seen: {'; '.join(others[:5])}, since the fault was arranged\n"
                "  next: go on with that fault, or let that work go: ecslab.fault(lab).undo(everything=True)"
            )
        lab.control("cut", position=fault.begin)
    past.open_fault = None
    past.write()


def arrange(lab: Connection, seed: int, case: Case) -> None:
    """Take back the fault at hand, if there is one, and arrange another. Raises NotAlone."""
    take_back(lab)
    past = history(lab)
    begin = journal.position(lab)
    builder = Builder(lab.unrecorded(), names_of(lab, seed), random.Random(f"parts {seed}"))
    try:
        with Progress("the fault to show its symptoms", shown=not lab.stepped) as line:
            line.during(lambda: case.arrange(builder))
    except BaseException:
        lab.control("cut", position=begin)  # half a fault is none
        raise
    end, changes = journal.position(lab), journal.changes(lab)
    past.open_fault = OpenFault(
        seed, begin, end, journal.digest(changes, end), journal.first_digest(changes, begin)
    )
    past.had = [other for other in past.had if other != seed] + [seed]
    past.write()
