"""Draws panels of curves over one axis of time, and lanes of what happened above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from ecslab.figures.chart import STYLES, Style, ticks
from ecslab.figures.svg import INK, SOFT, Drawing
from ecslab.figures.text_metrics import LEADING, text_width, wrap
from ecslab.figures.time_axis import TimeAxis, clock

if TYPE_CHECKING:
    from datetime import datetime

    from ecslab.figures.run_chart import Limit, Mark, Series

SIZE: Final = 15.0
WIDTH: Final = 860
_EDGE, _RIGHT = 24.0, 836.0
_ROW: Final = SIZE * LEADING
_LANE: Final = 24.0
_PANEL: Final = 112.0
_COLUMN: Final = 3.0
"""Pixels: of all points within so many, the first, lowest, highest and last are drawn."""
_WIDE: Final = 24.0
"""Pixels: a period as wide as that is drawn as a step, as wide as what its value was measured in."""
_LISTED: Final = 8
_GRID: Final = "#d4d9df"
_LIMIT: Final = "1 5"
_LANES: Final = {
    "deployment": ("deployments", "#7a2e8a"), "alarm": ("in ALARM", "#b3261e"),
    "activity": ("activities", "#00654f"), "fault": ("faults", "#8a4b00"),
}  # fmt: skip
_UP, _DOWN = ((0, -7), (7, 5), (-7, 5)), ((-7, -5), (7, -5), (0, 7))
_HALVES: Final = {True: (6.0, -1.0), False: (-1.0, 6.0), None: (5.0, 5.0)}
"""How far a bar reaches above and below the middle of its lane: what asks for more lies above."""
_DIAMOND: Final = ((0, -7), (6, 0), (0, 7), (-6, 0))


def draw_chart(
    title: str,
    axis: TimeAxis,
    units: Mapping[str, Sequence[Series]],
    lanes: Mapping[str, Sequence[Mark]],
    limits: Sequence[Limit],
) -> Drawing:
    """The whole picture: title, lanes, a panel for each unit, the axis of time, a list of the first marks."""
    d = Drawing(WIDTH, 0)  # its height is known at the end
    across = _Across(axis, _EDGE + _left(units, lanes, limits) + 12)
    top = d.paragraph(_EDGE, 34, _RIGHT - _EDGE, title, size=SIZE, bold=True) - 10
    for kind, marks in lanes.items():
        _lane(d, across, top, kind, marks)
        top += _LANE
    for unit, series in units.items():
        legend = _legend(unit, series, limits, across.left)
        _draw_legend(d, legend, top + SIZE + 4)
        top += _ROW * (1 + max(entry.row + len(entry.lines) - 1 for entry in legend)) + 10
        _Panel(d, across, top, _highest(unit, series, limits)).draw(unit, series, limits, lanes)
        top += _PANEL + 6
    _axis(d, across, top - 6)
    top += 64
    for text in _list(lanes):
        top = d.paragraph(_EDGE, top, _RIGHT - _EDGE, text, size=SIZE)
    d.height = ceil(top)
    return d


class _Across:
    """From an instant to pixels from the left."""

    def __init__(self, axis: TimeAxis, left: float) -> None:
        self.axis, self.left = axis, left

    def __call__(self, at: datetime) -> float:
        return round(self.left + (_RIGHT - 12 - self.left) * self.axis.share(at), 1)


def _left(
    units: Mapping[str, Sequence[Series]], lanes: Mapping[str, Sequence[Mark]], limits: Sequence[Limit]
) -> float:
    """Room for the widest name of a lane, and the widest number of a panel."""
    names = [_LANES[kind][0] for kind in lanes]
    numbers = [_number(t) for unit, each in units.items() for t in _ticks(_highest(unit, each, limits))]
    return max(text_width(text, SIZE) for text in (*names, *numbers, "0"))


def _highest(unit: str, series: Sequence[Series], limits: Sequence[Limit]) -> float:
    values = [value for each in series for _, value in each.points]
    return max([1.0, *values, *(limit.value for limit in limits if limit.unit == unit)])


def _ticks(highest: float) -> list[float]:
    """Round numbers, five at most: a panel is low."""
    marks = ticks(highest)
    return marks[:: ceil(len(marks) / 5)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _lane(d: Drawing, across: _Across, top: float, kind: str, marks: Sequence[Mark]) -> None:
    """One row: a bar from begin to end, or a sign at the instant."""
    name, ink = _LANES[kind]
    middle = top + _LANE / 2
    d.text(across.left - 10, middle + 5, name, size=SIZE, anchor="end", ink=ink)
    d.line((across.left, middle), (_RIGHT - 12, middle), ink=_GRID, width=1)
    for mark in marks:
        x = across(mark.at)
        if mark.until:
            end = max(x + 3, across(mark.until))
            high, low = _HALVES[mark.up]
            d.polygon(
                (x, middle - high), (end, middle - high), (end, middle + low), (x, middle + low), ink=ink
            )
        else:
            sign = _DIAMOND if mark.up is None else _UP if mark.up else _DOWN
            d.polygon(*((x + dx, middle + dy) for dx, dy in sign), ink=ink)


class _Panel:
    """One unit over time."""

    def __init__(self, d: Drawing, across: _Across, top: float, highest: float) -> None:
        self.d, self.across, self.top, self.highest = d, across, top, highest
        self.bottom, self.right = top + _PANEL, _RIGHT - 12

    def draw(
        self,
        unit: str,
        series: Sequence[Series],
        limits: Sequence[Limit],
        lanes: Mapping[str, Sequence[Mark]],
    ) -> None:
        """Ground, grid, the times of deployments, limits, curves."""
        left, top, right, bottom = self.across.left, self.top, self.right, self.bottom
        self.d.polygon((left, top), (right, top), (right, bottom), (left, bottom), ink="#ffffff")
        for tick in _ticks(self.highest):
            self._level(tick, _GRID, width=1)
            label = _number(tick)
            self.d.text(left - 8, self._up(tick) + 5, label, size=SIZE, anchor="end", ink=SOFT)
        for mark in lanes.get("deployment", ()):
            for at in filter(None, (mark.at, mark.until)):
                x = self.across(at)
                self.d.line((x, top), (x, bottom), ink=_LANES["deployment"][1], width=1, dash="2 4")
        for limit in limits:
            if limit.unit == unit:
                self._level(limit.value, INK, width=1.4, dash=_LIMIT)
        for style, each in zip(STYLES, series, strict=False):
            for piece in _pieces(each, self.across):
                corners = [(x, self._up(value)) for x, value in piece]
                self.d.line(*corners, ink=style.ink, width=2.2, dash=style.dash)
        self.d.line((left, top), (left, bottom), (right, bottom), width=1.4)

    def _level(self, value: float, ink: str, *, width: float, dash: str = "") -> None:
        """A line across, at a value."""
        at = self._up(value)
        self.d.line((self.across.left, at), (self.right, at), ink=ink, width=width, dash=dash)

    def _up(self, value: float) -> float:
        return round(self.bottom - (_PANEL - 8) * value / self.highest, 1)


def _pieces(series: Series, across: _Across) -> Iterator[list[tuple[float, float]]]:
    """The curve in pixels across and values, in one piece for each run of points without a hole."""
    piece: list[tuple[float, float]] = []
    last: tuple[datetime, float] | None = None
    period = timedelta(seconds=series.period or 0)
    steps = across(across.axis.begin + period) - across(across.axis.begin) >= _WIDE
    for at, value in series.points:
        if not across.axis.shows(at):
            last = (at, value)
            continue
        if last and series.period is None:
            piece.append((across(at), last[1]))
        elif last and piece and (at - last[0]).total_seconds() > 1.5 * (series.period or 0):
            yield _thinned(piece)
            piece = []
        piece.append((across(at), value))
        if steps:
            piece.append((across(min(at + period, across.axis.end)), value))
        last = (at, value)
    if last and series.period is None:
        piece.append((across(across.axis.end), last[1]))
    if piece:
        yield _thinned(piece)


def _thinned(piece: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most four points for each column of pixels, in their order; at least two, so that a dot is seen."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in piece:
        columns.setdefault(int(point[0] / _COLUMN), []).append(point)
    thinned: list[tuple[float, float]] = []
    for column in columns.values():
        lowest = min(range(len(column)), key=lambda n: column[n][1])
        highest = max(range(len(column)), key=lambda n: column[n][1])
        thinned += [column[n] for n in sorted({0, lowest, highest, len(column) - 1})]
    return thinned if len(thinned) > 1 else [thinned[0], (thinned[0][0] + 2, thinned[0][1])]


@dataclass(frozen=True)
class _Entry:
    """One name of a legend: where it begins, its row, its words, and the curve's style (None: a limit)."""

    x: float
    row: int
    lines: list[str]
    style: Style | None


def _legend(unit: str, series: Sequence[Series], limits: Sequence[Limit], left: float) -> list[_Entry]:
    """The unit first, then the names of the curves and limits, in as many rows as they need."""
    named: list[tuple[str, Style | None]] = [
        (each.name if each.points else f"{each.name} (no datapoints)", style)
        for style, each in zip(STYLES, series, strict=False)
    ]
    named += [(limit.name, None) for limit in limits if limit.unit == unit]
    heading = wrap(unit, _RIGHT - left, SIZE, bold=True)
    entries = [_Entry(left, 0, heading, None)]
    row = len(heading) - 1
    x = left + text_width(heading[-1], SIZE, bold=True) + 24
    for name, style in named:
        width = 44 + text_width(name, SIZE) + 22
        if x + width > _RIGHT and x > left:
            x, row = left, row + 1
        entries.append(_Entry(x, row, wrap(name, _RIGHT - x - 50, SIZE), style))
        row += len(entries[-1].lines) - 1
        x += width
    return entries


def _draw_legend(d: Drawing, entries: Sequence[_Entry], baseline: float) -> None:
    for n, entry in enumerate(entries):
        y = baseline + entry.row * _ROW
        if n:
            ink, dash = (entry.style.ink, entry.style.dash) if entry.style else (INK, _LIMIT)
            d.line((entry.x, y - 5), (entry.x + 36, y - 5), ink=ink, width=2.2, dash=dash)
        for line in entry.lines:
            d.text(entry.x + (44 if n else 0), y, line, size=SIZE, bold=n == 0)
            y += _ROW


def _axis(d: Drawing, across: _Across, bottom: float) -> None:
    for at, label in across.axis.ticks():
        x = across(at)
        d.line((x, bottom), (x, bottom + 5), width=1)
        half = text_width(label, SIZE) / 2
        d.text(min(x, _RIGHT - half), bottom + 21, label, size=SIZE, anchor="middle", ink=SOFT)
    d.text(_RIGHT, bottom + 44, f"AWS time, {across.axis.words}", size=SIZE, anchor="end", ink=SOFT)


def _list(lanes: Mapping[str, Sequence[Mark]]) -> Iterator[str]:
    """The first marks in words; the rest is told by the figure's text."""
    marks = sorted((mark for each in lanes.values() for mark in each), key=lambda mark: mark.at)
    for mark in marks[:_LISTED]:
        yield f"{clock(mark.at)}  {mark.text}"
    if len(marks) > _LISTED:
        yield f"and {len(marks) - _LISTED} more; print(…) of this figure tells them"
