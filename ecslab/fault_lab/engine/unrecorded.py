"""The lab as the fault lab itself uses it: its calls are not in the record, and time can be moved."""

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ecslab.lab import Lab

if TYPE_CHECKING:
    from botocore.client import BaseClient


class UnrecordedLab(Lab):
    """The same lab, with clients of its own whose calls are not kept: they would tell what was done."""

    def __init__(self, lab: Lab):
        self.__dict__.update(lab.__dict__)
        self._clients = {}

    def client(self, service: str) -> "BaseClient":
        if service not in self._clients:
            client = self._clients[service] = self.place.client(service)
            self.record.ignore(client)
        return self._clients[service]

    def pass_time(self, seconds: float) -> None:
        """Let virtual seconds pass at once, whatever the sandbox's pace."""
        self.control("advance", seconds=seconds)


_views: "WeakKeyDictionary[Lab, UnrecordedLab]" = WeakKeyDictionary()


def unrecorded(lab: Lab) -> UnrecordedLab:
    """The lab without its record; made once for each lab."""
    if lab not in _views:
        _views[lab] = UnrecordedLab(lab)
    return _views[lab]
