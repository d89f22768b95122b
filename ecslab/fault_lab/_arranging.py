"""Arranging a fault, and taking it back: the account, the journal and the notes together."""

import random

from ecslab.connection.connection import Connection
from ecslab.display.progress_line import Progress
from ecslab.errors import EcslabError
from ecslab.fault_lab import catalogue
from ecslab.fault_lab._backstage import backstage
from ecslab.fault_lab._names import FaultNames, fault_names
from ecslab.fault_lab._notes import Open, changes, first, mark, notes, position, strangers
from ecslab.fault_lab._workbench import Workbench


class FaultGone(EcslabError, LookupError):
    """The account no longer holds this fault: it was reset, or what was made was taken back."""


class NotAlone(EcslabError, RuntimeError):
    """Taking a fault back would take back other work too."""


def names_of(lab: Connection, seed: int) -> FaultNames:
    """What the resources of a seed's fault are called."""
    return fault_names(lab, random.Random(f"names {seed}"))


def is_gone(lab: Connection, kept: Open) -> bool:
    """Whether the journal no longer begins with what arranged this fault."""
    return mark(changes(lab), kept.end) != kept.mark


def taken_back(lab: Connection, everything: bool = False) -> None:
    """Take back the fault at hand, if there is one, or what the account still has of it. Raises NotAlone."""
    kept = notes(lab)
    if kept.open and first(changes(lab), kept.open.begin) == kept.open.first:  # or what is left of it
        others = strangers(lab, changes(lab), kept.open.end)
        if others and not everything:
            raise NotAlone(
                f"taking fault {kept.open.seed} back would take back other work too.\n"
                f"  seen: {'; '.join(others[:5])}, since the fault was arranged\n"
                "  next: go on with that fault, or let that work go: ecslab.fault(lab).undo(everything=True)"
            )
        lab.control("cut", position=kept.open.begin)
    kept.open = None
    kept.write()


def arrange(lab: Connection, seed: int) -> None:
    """Take back the fault at hand, if there is one, and arrange another. Raises NotAlone."""
    taken_back(lab)
    kept = notes(lab)
    begin = position(lab)
    stage = backstage(lab)
    bench = Workbench(stage, names_of(lab, seed), random.Random(f"parts {seed}"))
    try:
        with Progress("the fault to show its symptoms", shown=not lab.place.stepped) as line:
            line.during(lambda: catalogue.drawn(seed).arrange(bench))
    except BaseException:
        lab.control("cut", position=begin)  # half a fault is none
        raise
    end = position(lab)
    entries = changes(lab)
    kept.open = Open(seed, begin, end, mark(entries, end), first(entries, begin))
    kept.had = [one for one in kept.had if one != seed] + [seed]
    kept.write()
