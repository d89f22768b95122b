"""A fault as the account and the learner's history have it: its application, and whether it is at hand."""

from ecslab.connection.connection import Connection
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.arrangement import FaultGone, is_gone, names_of
from ecslab.fault_lab.engine.case import Case
from ecslab.fault_lab.engine.history import History, OpenFault, history
from ecslab.fault_lab.engine.names import FaultNames


class FaultInAccount:
    """A fault that was arranged in the sandbox.

    Attributes:
        seed: the same seed is the same fault, for a whole class.
        names: what its resources are called: cluster, service, container, log_group and others.
    """

    def __init__(self, lab: Connection, seed: int, note: str = ""):
        self._lab, self.seed, self._note = lab, seed, note
        self.names: FaultNames = names_of(lab, seed)
        self._unrecorded = lab.unrecorded()  # what the fault lab itself asks would tell what was done

    @property
    def _case(self) -> Case:
        return CATALOGUE.drawn(self.seed)

    def _application(self) -> Application:
        return Application(self._unrecorded, self.names)

    def _at_hand(self) -> tuple[History, OpenFault]:
        past = history(self._lab)
        open_fault = past.open_fault
        if open_fault is None or open_fault.seed != self.seed:
            raise FaultGone(
                f"fault {self.seed} is not the one at hand.\n"
                f"  seen: {f'fault {open_fault.seed} is' if open_fault else 'none is open'}\n"
                f"  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        if is_gone(self._lab, open_fault):
            raise FaultGone(
                f"fault {self.seed} is no longer in the sandbox: it was reset, or what made the fault was "
                f"taken back.\n  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        return past, open_fault
