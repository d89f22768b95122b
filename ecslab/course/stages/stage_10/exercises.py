"""The exercise of stage 10: one more endpoint, whose alias is not the container's port."""

from __future__ import annotations

from ecslab.connection.connection import Connection
from ecslab.course.stages.stage_10 import connect
from ecslab.display.verdict import Verdict
from ecslab.operations.guestbook.pair import GUEST, PORTER

ALIAS, PORT = "porter", 8080


def porter(lab: Connection) -> Verdict:
    """Exercise: a server that clients call at another port, and a client that began after it."""
    return connect.judged(lab, lab.name(PORTER), lab.name(GUEST), ALIAS, PORT)
