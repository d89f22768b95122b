"""An axis of AWS time: which instants it shows, where they lie, and where round times are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_STEPS: Final = (
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200,
    86_400, 172_800, 604_800, 2_592_000,
)  # fmt: skip
_MOST: Final = 9
_DAY: Final = 86_400


def clock(at: datetime) -> str:
    """`09:30`, or `09:30:20` where the seconds are not 0; UTC."""
    at = at.astimezone(UTC)
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


@dataclass(frozen=True)
class TimeAxis:
    """The time from `begin` to `end`, both in UTC."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()

    @property
    def words(self) -> str:
        """`22 November 2026, 00:00 to 24:00 UTC`, or both dates."""
        first, last = _date(self.begin), _date(self.end)
        if first == last:
            return f"{first}, {clock(self.begin)} to {clock(self.end)} UTC"
        if self.end.time() == datetime.min.time() and self.end - self.begin <= timedelta(days=1):
            return f"{first}, {clock(self.begin)} to 24:00 UTC"
        return f"{first}, {clock(self.begin)} to {last}, {clock(self.end)} UTC"

    def shows(self, at: datetime, until: datetime | None = None) -> bool:
        """Whether the instant, or a part of the time from `at` to `until`, lies on the axis."""
        return at <= self.end and (until or at) >= self.begin

    def share(self, at: datetime) -> float:
        """Where an instant lies: 0 at the beginning, 1 at the end; earlier and later ones at the ends."""
        return min(1.0, max(0.0, (at - self.begin).total_seconds() / self.seconds))

    def ticks(self) -> list[tuple[datetime, str]]:
        """Round times of the day, nine at most, and their labels; dates where a day or more lies between."""
        step = next((step for step in _STEPS if self.seconds / step < _MOST), _STEPS[-1])
        first = self.begin.timestamp() // step * step
        instants = (first + n * step for n in range(int(self.seconds // step) + 3))
        shown = [datetime.fromtimestamp(each, UTC) for each in instants]
        label = (lambda at: f"{at.day} {at:%b}") if step >= _DAY else clock
        return [(at, label(at)) for at in shown if self.begin <= at <= self.end]


def _date(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
