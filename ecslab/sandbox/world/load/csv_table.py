"""A profile as a table: CSV of times and requests a second."""

import csv
import io
import re
from itertools import pairwise
from typing import Final

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


def rows_of(text: str) -> tuple[list[tuple[float, float]], bool]:
    """The rows of a CSV, (seconds, requests a second), and whether its times are those of a day.

    The first column is a time, `HH:MM` of a day in UTC or seconds from the start; the second is the rate. A
    first line of names is passed over. Rows are equally far apart, so that one that is missing is seen.

    Raises:
        ValueError: what is wrong, with the line.
    """
    lines = [(number, row) for number, row in enumerate(csv.reader(io.StringIO(text)), 1) if any(row)]
    if lines and _time(lines[0][1][0]) is None:
        lines = lines[1:]
    if not lines:
        raise ValueError("the CSV has no rows; a row is a time and requests a second, such as 08:00,120")
    made = [_row(number, row) for number, row in lines]
    clocks = {of_day for _, _, _, of_day in made}
    if len(clocks) > 1:
        raise ValueError("the CSV has times of a day (08:00) and seconds; take one of them")
    _check_steps([(line, at) for line, at, _, _ in made])
    return [(at, rate) for _, at, rate, _ in made], clocks == {True}


def _check_steps(rows: list[tuple[int, float]]) -> None:
    steps = [(line, later - earlier) for (_, earlier), (line, later) in pairwise(rows)]
    for line, step in steps:
        if step <= 0:
            raise ValueError(f"line {line} of the CSV is not later than the line before it")
        if abs(step - min(step for _, step in steps)) > 1e-6:
            usual = min(step for _, step in steps)
            raise ValueError(
                f"the CSV has a hole before line {line}: {step:g} seconds, where others are {usual:g} apart"
            )


def _row(number: int, row: list[str]) -> tuple[int, float, float, bool]:
    cells = [cell.strip() for cell in row]
    if len(cells) == 1:
        raise ValueError(f"line {number} of the CSV has no comma between a time and a rate: {cells[0]!r}")
    if len(cells) != 2 or not cells[1]:
        raise ValueError(f"line {number} of the CSV has a hole: it must be a time and a rate, got {row!r}")
    at = _time(cells[0])
    if at is None:
        raise ValueError(f"line {number} of the CSV begins with {cells[0]!r}, no time such as 08:00 or 28800")
    try:
        rate = float(cells[1])
    except ValueError:
        raise ValueError(f"line {number} of the CSV has {cells[1]!r} for a rate") from None
    if not 0 <= rate < float("inf"):
        raise ValueError(f"line {number} of the CSV has the rate {cells[1]}; it must be 0 or more")
    return number, at, rate, ":" in cells[0]


def _time(cell: str) -> float | None:
    """Seconds; None if the cell is no time."""
    clock = _CLOCK.fullmatch(cell.strip())
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600.0 + minutes * 60 + seconds if hours <= 24 and minutes < 60 > seconds else None
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
