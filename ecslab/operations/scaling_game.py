"""The game of notebook 12: serve a day of visitors with few errors, for as little money as you can.

The day is drawn from a seed, so that a class plays the same one. The score is read from the account: what the
load balancer counted, and how many tasks ran each minute.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere, SandboxOnly
from ecslab.operations import prices
from ecslab.resources import metrics, scaling
from ecslab.resources.network import PORT
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

SEED: Final = 12
NAME: Final = "adgu-rush"
REQUESTS: Final = 1_500_000
"""So many visitors come on each day, whatever its seed: so days can be compared."""
LOST: Final = 0.1
"""Percent of the requests that may be lost at the most."""
FIXED: Final = 6
"""So many tasks all day serve any day of the game: who pays more than that need not scale."""
_STEP: Final = 600
_SHAPE: Final = (2, 2, 1, 1, 1, 2, 4, 8, 12, 14, 15, 16, 18, 17, 15, 15, 16, 18, 21, 24, 20, 13, 8, 4)
"""How many come in each hour, beside the rush and the surprise."""
_RUSH: Final = 9 * 3600
_DAY: Final = 86_400
_NEAR: Final = 0.2
"""A day of the game without the requests that no task was there for has at least so many of them."""


def day(seed: int = SEED) -> list[tuple[float, float]]:
    """The game's day: (seconds after midnight, requests a second) for every ten minutes.

    Each day has its usual curve, the rush at 09:00 that everybody knows of, and one that nobody does.
    """
    chance = random.Random(seed)
    surprise = chance.randrange(13 * 3600, 17 * 3600, _STEP)
    rates = []
    for second in range(0, _DAY + 1, _STEP):
        hour, part = divmod(second % _DAY / 3600, 1)
        usual = _SHAPE[int(hour)] * (1 - part) + _SHAPE[(int(hour) + 1) % 24] * part
        rush = 26 * _bump(second - _RUSH, 2400) + 14 * _bump(second - surprise, 3600)
        rates.append((usual + rush) * chance.uniform(0.95, 1.05))
    rates[-1] = rates[0]
    total = sum(rates[:-1]) * _STEP
    return [(n * float(_STEP), round(rate * REQUESTS / total, 3)) for n, rate in enumerate(rates)]


def _bump(since: float, long: float) -> float:
    """From 0 up to 1 within a quarter of so many seconds, and slowly down again."""
    if not 0 <= since <= long:
        return 0.0
    return min(since / (long / 4), (long - since) / (long * 3 / 4))


@dataclass(frozen=True, repr=False)
class Score(ShownAsTable):
    """How a day of the game went. Shows itself.

    Attributes:
        run: the day, as the account has it.
        task_hour: US dollars for an hour of one task.
    """

    run: scaling.Run
    task_hour: float

    @property
    def dollars(self) -> float:
        """What the tasks of the day cost."""
        return self.run.task_hours * self.task_hour

    @property
    def fixed_dollars(self) -> float:
        """What a fixed number of tasks that serves every day costs."""
        return FIXED * 24 * self.task_hour

    @property
    def valid(self) -> bool:
        """Whether few enough requests were lost."""
        return self.run.lost_percent <= LOST

    def _table(self) -> Table:
        rows = (
            ("requests", f"{self.run.requests:,}", ""),
            ("lost", f"{self.run.lost_percent:.3f} %", f"at most {LOST} %"),
            ("tasks", f"{self.run.most_tasks} at the most", ""),
            ("task-hours", f"{self.run.task_hours:.1f}", f"{FIXED * 24} with {FIXED} tasks all day"),
            ("score", prices.dollars(self.dollars) if self.valid else "none: too many requests were lost",
             f"{prices.dollars(self.fixed_dollars)} with {FIXED} tasks all day"),
        )  # fmt: skip
        return Table(
            f"The day of {self.run.service}; prices of us-east-1, {prices.AS_OF}", ("", "you", ""), rows
        )


def play(lab: Connection, seed: int = SEED, name: str | None = None) -> Score:
    """Play a day, from midnight to midnight UTC: visitors come, the service scales as you have set it up.

    Args:
        seed: which day; a class that compares scores takes one.
        name: `adgu-rush` unless given; `ecslab.scaling.shop(lab, "adgu-rush")` makes it.

    Raises:
        NotThere: there is no such service.
        SandboxOnly: on a real account, where a day takes a day.
    """
    name = name or lab.name(NAME)
    if lab.where == "aws":
        raise SandboxOnly("A day of the game", "play it in the sandbox")
    _needed(lab, name)
    begin = scaling.until(lab, "00:00")
    times, rates = zip(*day(seed), strict=True)
    here = {"load_balancer": name, "port": PORT}
    lab.control("visitors", do="start", **here, profile="csv", times=times, rates=rates, of_day=True)
    try:
        scaling.pass_time(lab, _DAY / 60)
    finally:
        lab.control("visitors", do="stop", **here)
    return score(lab, begin, name)


def score(lab: Connection, begin: datetime, name: str | None = None) -> Score:
    """The score of the day that began at `begin`, read from the account.

    Raises:
        NotThere: there is no such service.
    """
    name = name or lab.name(NAME)
    service = _needed(lab, name)
    definition = lab.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    task_hour = prices.task_hour(definition["cpu"], definition["memory"])
    return Score(scaling.run(lab, begin, begin + timedelta(days=1), name), task_hour)


def played(lab: Connection, name: str | None = None) -> list[Score]:
    """The whole days of the last week on which as many came as on a day of the game, oldest first."""
    name = name or lab.name(NAME)
    end = metrics.now(lab).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = {"requests": metrics.of_balancer(lab, name, "RequestCount")}
    hours = metrics.read(lab, wanted, end - timedelta(days=7), end, period=3600)["requests"]
    days: dict[datetime, float] = {}
    for at, requests in hours:
        midnight = at.astimezone(UTC).replace(hour=0)
        days[midnight] = days.get(midnight, 0.0) + requests
    near = [midnight for midnight, requests in days.items() if abs(requests / REQUESTS - 1) < _NEAR]
    return [score(lab, midnight, name) for midnight in near]


def _needed(lab: Connection, name: str) -> ServiceTypeDef:
    service = service_reader.find(lab, name)
    if not service:
        raise NotThere(f"there is no service {name}.\n  next: ecslab.scaling.shop(lab, {name!r})")
    return service
