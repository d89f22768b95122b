"""The lab as the fault lab itself uses it: its calls are not in the record, and time can be moved."""

from typing import Any
from weakref import WeakKeyDictionary

from ecslab.connection.connection import Connection


class Backstage(Connection):
    """The same lab, with clients of its own whose calls are not kept: they would tell what was done."""

    def __init__(self, lab: Connection):
        self.__dict__.update(lab.__dict__)
        self._clients = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            client = self._clients[service] = self.place.client(service)
            self.record.ignore(client)
        return self._clients[service]

    def pass_time(self, seconds: float) -> None:
        """Let virtual seconds pass at once, whatever the sandbox's pace."""
        self.control("advance", seconds=seconds)


_made: "WeakKeyDictionary[Connection, Backstage]" = WeakKeyDictionary()


def backstage(lab: Connection) -> Backstage:
    """The lab behind the scenes; made once for each lab."""
    if lab not in _made:
        _made[lab] = Backstage(lab)
    return _made[lab]
