"""Visits to a page behind a load balancer, and which task answered each: found in the tasks' own logs.

Nothing in an answer says which task it came from. So every visit carries a number (`/?visit=ab12cd-7`), and
the web server writes it into its access log, of which each task has its own.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere, StillWaiting
from ecslab.resources.load_balancer.target_health import tasks_of_late
from ecslab.resources.task import log_lines
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_LOGGED: Final = 30.0  # seconds until a line is surely in CloudWatch Logs
BALANCER: Final = "the balancer itself"


@dataclass(frozen=True)
class Visit:
    """One visit.

    Attributes:
        number: from 1.
        status: the HTTP status of the answer.
        task: the first eight characters of the id of the task that answered, or `BALANCER`; "" if it is in
            no task's log.
        zone: of that task.
    """

    number: int
    status: int
    task: str = ""
    zone: str = ""


@dataclass(frozen=True, repr=False)
class Visits(ShownAsTable):
    """Some visits in a row. They show themselves as a table: who answered how often, and with what."""

    each: tuple[Visit, ...]

    def __len__(self) -> int:
        return len(self.each)

    def statuses(self) -> dict[int, int]:
        """How many visits got each HTTP status."""
        return dict(sorted(Counter(visit.status for visit in self.each).items()))

    def tasks(self) -> dict[str, int]:
        """How many visits each task answered, by the first eight characters of its id."""
        return dict(Counter(visit.task for visit in self.each if visit.task not in ("", BALANCER)))

    def _table(self) -> Table:
        counts = Counter((visit.task, visit.zone, visit.status) for visit in self.each)
        rows = tuple(
            (task or "(in no log)", zone, str(status), str(count))
            for (task, zone, status), count in sorted(counts.items(), key=lambda row: (row[0][1], row[0]))
        )
        plural = "" if len(self.each) == 1 else "s"
        return Table(f"{len(self.each)} visit{plural}", ("answered by", "zone", "status", "times"), rows)


Ask = Callable[[str], HttpReply]


def sent(lab: Connection, ask: Ask, times: int) -> Visits:
    """`times` visits, one after the other."""
    mark = secrets.token_hex(3)
    replies = [ask(f"/?visit={mark}-{number}") for number in range(1, times + 1)]
    return _attributed(lab, mark, replies)


def sent_until(
    lab: Connection, ask: Ask, done: Callable[[], object], what: str, each: int, limit: float
) -> Visits:
    """`each` visits before every look, until `done()`."""
    mark = secrets.token_hex(3)
    replies: list[HttpReply] = []

    def visit() -> object:
        for _ in range(each):
            replies.append(ask(f"/?visit={mark}-{len(replies) + 1}"))
        return done()

    lab.wait(visit, what, limit)
    return _attributed(lab, mark, replies)


def _attributed(lab: Connection, mark: str, replies: list[HttpReply]) -> Visits:
    """Who answered what; on AWS a log line takes some seconds to arrive, so we look more than once."""
    owners: dict[int, tuple[str, str]] = {}
    tasks = tasks_of_late(lab)
    answered_by_tasks = {number for number, reply in enumerate(replies, 1) if not _of_balancer(reply)}

    def all_logged() -> bool:
        for task in tasks:
            for number in re.findall(rf"visit={mark}-(\d+)\b", "\n".join(_lines(lab, task))):
                owners[int(number)] = (short_id(task), task.get("availabilityZone", ""))
        return answered_by_tasks <= owners.keys()

    with contextlib.suppress(StillWaiting):  # a task without logs; the visit counts all the same
        lab.wait(all_logged, "the visits to be in the tasks' logs", limit=_LOGGED)
    return Visits(
        tuple(
            Visit(number, reply.status, *owners.get(number, (BALANCER if _of_balancer(reply) else "", "")))
            for number, reply in enumerate(replies, 1)
        )
    )


def _of_balancer(reply: HttpReply) -> bool:
    """Whether the balancer answered by itself: with an error page of its own, or by a rule."""
    return reply.headers.get("server", "").startswith("awselb/")


def _lines(lab: Connection, task: TaskTypeDef) -> list[str]:
    try:
        return log_lines.of_task(lab, task)
    except NotThere:
        return []
