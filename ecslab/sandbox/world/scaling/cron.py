"""AWS's cron expressions: `cron(minutes hours day-of-month month day-of-week year)`.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

_MONTHS: Final = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS: Final = {
    name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)
}
_FIELDS: Final[tuple[tuple[int, int, dict[str, int]], ...]] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (1, 7, _DAYS),
    (1970, 2199, {}),
)
_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY, _YEAR = range(6)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was read.

    Attributes:
        days, weekdays: what is not a plain set of numbers stays as its words: `L`, `15W`, `6#3`, `6L`.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: tuple[str, ...]
    months: frozenset[int]
    weekdays: tuple[str, ...]
    years: frozenset[int]

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Its moments from this one on, earliest first, by the wall clock of a place."""
        for year in sorted(year for year in self.years if year >= moment.year):
            for month in sorted(self.months):
                if (year, month) >= (moment.year, moment.month):
                    yield from self._in_month(year, month, moment)

    def _in_month(self, year: int, month: int, moment: datetime) -> Iterator[datetime]:
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            today = date(year, month, day)
            if today >= moment.date() and self._on(today):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        at = datetime(year, month, day, hour, minute)
                        if at >= moment:
                            yield at

    def _on(self, day: date) -> bool:
        if self.days != ("?",):
            return any(_is_day(word, day) for word in self.days)
        return any(_is_weekday(word, day) for word in self.weekdays)


def read(text: str) -> Cron:
    """What stands between the brackets of `cron(…)`; ValueError if it is none."""
    words = text.upper().split()
    if len(words) != len(_FIELDS):
        raise ValueError(f"a cron expression has 6 fields, and {text!r} has {len(words)}")
    if (words[_DAY] == "?") == (words[_WEEKDAY] == "?"):
        raise ValueError("either the day of the month or the day of the week is '?'")
    return Cron(
        _numbers(words, _MINUTE), _numbers(words, _HOUR), _day_words(words, _DAY),
        _numbers(words, _MONTH), _day_words(words, _WEEKDAY), _numbers(words, _YEAR),
    )  # fmt: skip


def _numbers(words: list[str], field: int) -> frozenset[int]:
    return frozenset(number for word in words[field].split(",") for number in _range(word, field))


def _range(word: str, field: int) -> range:
    """The numbers of `7`, `1-5`, `*`, `0/15`, `10-50/20` or `MON-FRI`."""
    least, most, names = _FIELDS[field]
    match = re.fullmatch(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([1-9]\d*))?", word)
    if match is None:
        raise ValueError(f"{word!r} is no part of a cron expression")
    every, first, last, step = match.groups()
    start = least if every else _number(first, names)
    end = most if every or (step and not last) else _number(last or first, names)
    if not least <= start <= end <= most:
        raise ValueError(f"{word!r} lies outside {least} to {most}")
    return range(start, end + 1, int(step or 1))


def _number(word: str, names: dict[str, int]) -> int:
    if word in names:
        return names[word]
    if not (word.isascii() and word.isdigit()):
        raise ValueError(f"{word!r} is no number")
    return int(word)


def _day_words(words: list[str], field: int) -> tuple[str, ...]:
    """The parts of a field of days, plain numbers one by one."""
    if words[field] == "?":
        return ("?",)
    parts: list[str] = []
    special = r"L|LW|\d{1,2}W" if field == _DAY else r"L|[1-7]L|[1-7]#[1-5]"
    for word in words[field].split(","):
        if re.fullmatch(special, word):
            parts.append(word)
        else:
            parts += map(str, _range(word, field))
    return tuple(parts)


def _is_day(word: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if word == "L":
        return day.day == last
    if word == "LW":
        return day == _nearest_weekday(day.replace(day=last))
    if word.endswith("W"):
        wanted = int(word[:-1])
        return 1 <= wanted <= last and day == _nearest_weekday(day.replace(day=wanted))
    return day.day == int(word)


def _is_weekday(word: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if word == "L":
        return weekday == 7
    if word.endswith("L"):
        return weekday == int(word[0]) and (day + timedelta(days=7)).month != day.month
    if "#" in word:
        return weekday == int(word[0]) and (day.day - 1) // 7 + 1 == int(word[2])
    return weekday == int(word)


def _nearest_weekday(day: date) -> date:
    """The Monday to Friday nearest to a day, in the same month."""
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    near = day + timedelta(days=shift)
    return near if near.month == day.month else day + timedelta(days=2 if shift < 0 else -2)
