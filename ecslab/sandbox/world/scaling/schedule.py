"""When a scheduled action runs: `at(…)`, `rate(…)` and `cron(…)`, in a time zone.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ecslab.sandbox.world.scaling import cron as crons

_UNITS: Final = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
_FORM: Final = re.compile(r"(at|rate|cron)\((.*)\)")
_RATE: Final = re.compile(r"([1-9]\d{0,8}) (minute|hour|day)(s?)")
_AT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule that was read. One of the three is set.

    Attributes:
        zone: by whose wall clock `at` and `cron` are meant.
        at: the one moment, by that clock.
        period: seconds.
        cron: an expression.
    """

    zone: str = "UTC"
    at: datetime | None = None
    period: float = 0.0
    cron: crons.Cron | None = None

    @property
    def once(self) -> bool:
        """Whether it runs one time and is then gone."""
        return self.at is not None

    def after(self, moment: float, since: float) -> float | None:
        """The next time after epoch second `moment`; None if there is none.

        A wall-clock time that a time zone skips is that much later; of one that comes twice it is the first.

        Args:
            since: epoch second from which a rate is counted: the start time, or the action's creation (U).
        """
        if self.period:
            if since > moment:
                return since
            return since + (int((moment - since) / self.period) + 1) * self.period
        zone = ZoneInfo(self.zone)
        if self.at is not None:
            due = self.at.replace(tzinfo=zone).timestamp()
            return due if due > moment else None
        assert self.cron is not None, "one of the three"
        before = datetime.fromtimestamp(moment, UTC).astimezone(zone).replace(tzinfo=None) - timedelta(
            hours=3
        )
        times = (each.replace(tzinfo=zone).timestamp() for each in self.cron.after(before))
        return next((due for due in times if due > moment), None)


def read(expression: str, zone: str = "UTC") -> Schedule:
    """The schedule that an expression stands for.

    Args:
        zone: an IANA name, which has been looked up.

    Raises:
        ValueError: it is none.
    """
    match = _FORM.fullmatch(expression.strip())
    if match is None:
        raise ValueError(f"{expression!r} is none of at(…), rate(…) and cron(…)")
    kind, inside = match[1], match[2].strip()
    if kind == "cron":
        return Schedule(zone, cron=crons.read(inside))
    if kind == "at":
        if not _AT.fullmatch(inside):
            raise ValueError(f"{inside!r} is not of the form yyyy-mm-ddThh:mm:ss")
        return Schedule(zone, at=datetime.fromisoformat(inside))
    rate = _RATE.fullmatch(inside)
    if rate is None or (int(rate[1]) == 1) == bool(rate[3]):
        raise ValueError(f"{inside!r} is no number of minutes, hours or days")
    return Schedule(zone, period=int(rate[1]) * _UNITS[rate[2]])


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return bool(name)
