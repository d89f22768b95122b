"""What the front of the guestbook is answered by its back: once, and over time. Stage 10."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypedDict

from ecslab.connection.answers import Answer as LastAnswer
from ecslab.connection.connection import Connection
from ecslab.connection.waiting import Wait
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere, Unreachable
from ecslab.operations.guestbook.front import APP_FRONT
from ecslab.resources import service
from ecslab.resources.network import PORT
from ecslab.resources.task import network_interface, task_reader

EVERY: Final = 5.0
"""Seconds between two questions while one watches."""
_ASK: Final = "/api/ask"
_PAUSE: Final = 0.2
"""Wall seconds at most between two looks at the clock; the line of the wait moves with each."""
_NOTHING: Final = 1e-3
"""Seconds that are left of a pause by rounding alone."""


class Answer(TypedDict, total=False):
    """What one name answered: `entries` and `host` of the back, or an `error` in words."""

    url: str
    entries: int
    host: str
    error: str


def answers(lab: Connection, name: str | None = None) -> dict[str, Answer]:
    """What each name answers to the front, right now; the map of services shows it as well.

    Args:
        name: the front's service; `adgu-app-front` unless given.

    Raises:
        NotThere: no task of the front is RUNNING.
        Unreachable: the front does not answer.
    """
    name = name or lab.name(APP_FRONT)
    return _answers(lab, name, _address(lab, name))


def _address(lab: Connection, name: str) -> str:
    """The public IP of a front's newest task."""
    tasks = [task for task in service.tasks(lab, name) if task["lastStatus"] == "RUNNING"]
    if not tasks:
        raise NotThere(f"no task of {name} is RUNNING.\n  next: guestbook.by_address(lab), in notebook 10")
    address = network_interface.public_ip_of(network_interface.interface_of(lab, tasks[-1]))
    if not address:
        raise NotThere(f"the front's task {task_reader.short_id(tasks[-1])} has no public IP")
    return address


def _answers(lab: Connection, name: str, address: str) -> dict[str, Answer]:
    """What the front at an address is answered, by its names."""
    reply = lab.http("GET", lab.url(address, PORT).rstrip("/") + _ASK)
    if reply.status != 200:
        raise Unreachable(f"the front answers {reply.status}: {reply.text[:100]}")
    given: dict[str, Answer] = json.loads(reply.body)["answers"]
    for answer in given.values():
        with suppress(ValueError):  # a learner may have given the front what is no address
            good = "error" not in answer
            lab.answers.note(LastAnswer(name, answer["url"], words(answer), good))
    return given


def ask(lab: Connection, name: str | None = None) -> Table:
    """Let the front ask the back, by each name that it was given; what it is answered.

    Raises:
        NotThere, Unreachable: as `answers`.
    """
    rows = ((way, answer["url"], words(answer)) for way, answer in answers(lab, name).items())
    return Table("", ("by", "the front asks", "and is answered"), tuple(rows))


def words(answer: Answer) -> str:
    """What a name answered, in a few words."""
    if "error" in answer:
        return answer["error"]
    count = answer["entries"]
    return f"{count} {'entry' if count == 1 else 'entries'}, from {answer['host']}"


@dataclass
class Period:
    """For how long a name answered in one way.

    Attributes:
        way: the word for the name.
        begin, end: seconds after the watching began.
        error: in words; "" while the back answered.
        hosts: which tasks of the back answered.
    """

    way: str
    begin: float
    end: float
    error: str
    hosts: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        """What was answered, in a few words."""
        return self.error or f"the entries, from {' and '.join(sorted(self.hosts))}"


@dataclass(frozen=True, repr=False)
class Watched(ShownAsTable):
    """What each name answered over time; shows itself as a table."""

    periods: tuple[Period, ...]

    def _table(self) -> Table:
        rows = tuple(
            (each.way, f"{each.begin:.0f} s", f"{each.end:.0f} s", each.words) for each in self.periods
        )
        return Table("", ("by", "from", "to", "answer"), rows)

    def failed(self, way: str) -> float:
        """For how many seconds a name did not lead to the back."""
        return sum(each.end - each.begin for each in self.periods if each.way == way and each.error)

    @property
    def first_again(self) -> str:
        """The name that led to the back again first, after it had not; of several at once the one that failed
        for the shorter time; "" if none failed, or none leads there again.
        """
        failed = {each.way: each.end for each in self.periods if each.error}
        last = {each.way: each for each in self.periods}
        again = [way for way in failed if not last[way].error]
        return min(again, key=lambda way: (failed[way], self.failed(way)), default="")

    @property
    def hosts(self) -> dict[str, tuple[str, ...]]:
        """Which of the back's tasks answered, by the names."""
        answered: dict[str, set[str]] = {}
        for each in self.periods:
            answered.setdefault(each.way, set()).update(each.hosts)
        return {way: tuple(sorted(hosts)) for way, hosts in answered.items()}


def watch(lab: Connection, seconds: float = 150, name: str | None = None) -> Watched:
    """Let the front ask every five seconds, for so long, and note each change of an answer.

    Raises:
        NotThere, Unreachable: as `answers`.
    """
    name = name or lab.name(APP_FRONT)
    periods: dict[str, list[Period]] = {}
    address, start = _address(lab, name), None
    with Wait(lab, "the front to ask for a while") as waiting:
        while True:
            try:
                given = _answers(lab, name, address)
            except Unreachable:  # another task may have taken the front's place
                address = _address(lab, name)
                given = _answers(lab, name, address)
            now = lab.now()  # of the answers: the clock of the sandbox moves with each call
            start = now if start is None else start
            for way, answer in given.items():
                _note(periods.setdefault(way, []), way, now - start, answer)
            left = EVERY
            while left > _NOTHING:
                left -= waiting.let_pass(_PAUSE, left)
            if now - start + EVERY > seconds - _NOTHING:
                return Watched(tuple(each for noted in periods.values() for each in noted))


def _note(noted: list[Period], way: str, now: float, answer: Answer) -> None:
    """Prolong the last period, or begin another; it lasts until the next question at least."""
    error = answer.get("error", "")
    if noted:
        noted[-1].end = now
    if not noted or noted[-1].error != error:
        noted.append(Period(way, now, now, error))
    noted[-1].end = now + EVERY
    if not error:
        noted[-1].hosts.add(answer["host"])
