"""Curves that go in steps: how many of something there are, over time.

Each curve has a colour, a dash and a marker of its own, so that it is told from the others without colour.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from ecslab.figures.svg import INK, SOFT, Drawing, Figure
from ecslab.figures.text_metrics import LEADING, text_width, wrap

Points = Sequence[tuple[float, float]]
"""Pairs of x and y in the order of x: from this x on the value is y."""

SIZE: Final = 15.0
WIDTH: Final = 860
_LEFT, _RIGHT, _HEIGHT = 24.0, 836.0, 240.0
_GRID: Final = "#d4d9df"
_TENS: Final = tuple(m * 10**n for n in range(9) for m in (1, 2, 5))
_SECONDS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_TICKS: Final = 8
_LONGEST: Final = 300.0


@dataclass(frozen=True)
class Style:
    """How a curve is told from the others: colour, SVG dashes, and the corners of its marker."""

    ink: str
    dash: str
    marker: tuple[tuple[float, float], ...]


STYLES: Final = (
    Style("#0b5cad", "", ((-4, -4), (4, -4), (4, 4), (-4, 4))),
    Style("#a84300", "9 5", ((0, -6), (6, 5), (-6, 5))),
    Style("#00654f", "2 4", ((0, -6), (6, 0), (0, 6), (-6, 0))),
    Style("#7a2e8a", "12 4 2 4", ((-6, -5), (6, -5), (0, 6))),
)
"""Blue, orange, green and purple as people with any colour vision tell them apart; all dark on white."""


@dataclass(frozen=True)
class _Frame:
    """Where the values lie in the picture."""

    left: float
    top: float
    right: float
    most_x: float
    most_y: float

    @property
    def bottom(self) -> float:
        return self.top + _HEIGHT

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = self.left + (self.right - self.left) * x / self.most_x
        return round(across, 1), round(self.bottom - _HEIGHT * y / self.most_y, 1)


def curve(
    series: Mapping[str, Points],
    *,
    title: str,
    x: str,
    y: str,
    limits: Mapping[str, float] | None = None,
    until: float = 0.0,
    smooth: bool = False,
) -> Figure:
    """A chart of up to four curves that go in steps, with a legend in words.

    Args:
        series: the curves by name; each a sequence of (x, y), where y holds from this x to the next.
        title: what the chart shows, as a heading.
        x, y: what the axes count, with the unit: "seconds since the update", "tasks".
        limits: values that the curves are to keep to, by name; each is drawn as a line across.
        until: how far the last values hold, if farther than the last of all points.
        smooth: whether the points are joined by straight lines, and only the ends are marked.

    Raises:
        ValueError: no curve or too many, a curve without points, x that goes back, a negative value, a
            limit's name that is too long.
    """
    limits = limits or {}
    _refuse(series, limits)
    last = max(until, *(points[-1][0] for points in series.values()))
    highest = max([1.0, *limits.values(), *(value for points in series.values() for _, value in points)])
    frame = _frame(title, limits, last, highest)
    legend = [(name, wrap(name, _RIGHT - _LEFT - 60, SIZE)) for name in series]
    rows = sum(len(lines) for _, lines in legend)
    d = Drawing(WIDTH, ceil(frame.bottom + 72 + rows * SIZE * LEADING))
    d.paragraph(_LEFT, 34, _RIGHT - _LEFT, title, size=SIZE, bold=True)
    d.text(_LEFT, frame.top - 14, y, size=SIZE, ink=SOFT)
    _axes(d, frame, ticks(last, seconds="second" in x), ticks(highest), x)
    _limits(d, frame, limits)
    for n, points in enumerate(series.values()):
        if smooth:
            _join(d, frame, points, STYLES[n])
        else:
            _draw(d, frame, points, STYLES[n], 3.5 * (n - (len(series) - 1) / 2), last)
    _legend(d, frame.bottom + 78, [lines for _, lines in legend])
    return d.figure(title, _in_words(series, x, y, limits))


def _frame(title: str, limits: Mapping[str, float], last: float, highest: float) -> "_Frame":
    """Where the curves go: below the title, with room for the ticks and for the names of the limits."""
    top = 34 + len(wrap(title, _RIGHT - _LEFT, SIZE, bold=True)) * SIZE * LEADING + 14
    room = max((text_width(name, SIZE) for name in limits), default=0.0)
    left = _LEFT + max(text_width(f"{tick:g}", SIZE) for tick in ticks(highest)) + 10
    return _Frame(left, top, _RIGHT - (room + 18 if limits else 12), last * 1.03 or 1.0, highest * 1.08)


def _refuse(series: Mapping[str, Points], limits: Mapping[str, float]) -> None:
    if not 1 <= len(series) <= len(STYLES):
        raise ValueError(f"a chart shows 1 to {len(STYLES)} curves, here are {len(series)}")
    for name, points in series.items():
        places = [place for place, _ in points]
        if not points:
            raise ValueError(f"the curve {name!r} has no points")
        if places != sorted(places):
            raise ValueError(f"the curve {name!r} goes back in x: {', '.join(map('{:g}'.format, places))}")
        if min(places) < 0 or min(value for _, value in points) < 0:
            raise ValueError(f"the curve {name!r} has a negative number")
    for name in limits:
        if text_width(name, SIZE) > _LONGEST:
            raise ValueError(f"the name {name!r} is too long to stand beside its line")


def ticks(most: float, *, seconds: bool = False) -> list[float]:
    """Round numbers from 0 to `most`, at most eight steps; those of seconds make whole minutes and hours."""
    steps = _SECONDS if seconds else _TENS
    step = next((s for s in steps if most / s <= _TICKS), None)
    if step is None:
        step = steps[-1] * ceil(most / _TICKS / steps[-1])
    return [float(step * n) for n in range(int(most // step) + 1)]


def value_at(points: Points, x: float) -> float:
    """The value of a curve at x; before its first point that of its first point."""
    return points[max(0, bisect_right([place for place, _ in points], x) - 1)][1]


def _axes(d: Drawing, frame: _Frame, across: list[float], up: list[float], x: str) -> None:
    d.polygon(
        (frame.left, frame.top), (frame.right, frame.top), (frame.right, frame.bottom),
        (frame.left, frame.bottom), ink="#ffffff",
    )  # fmt: skip
    for tick in up:
        _, at = frame.at(0, tick)
        d.line((frame.left, at), (frame.right, at), ink=_GRID, width=1)
        d.text(frame.left - 8, at + 5, f"{tick:g}", size=SIZE, anchor="end", ink=SOFT)
    for tick in across:
        at, _ = frame.at(tick, 0)
        d.line((at, frame.bottom), (at, frame.bottom + 5), width=1)
        d.text(at, frame.bottom + 21, f"{tick:g}", size=SIZE, anchor="middle", ink=SOFT)
    d.line((frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom), width=1.4)
    d.text(frame.right, frame.bottom + 44, x, size=SIZE, anchor="end", ink=SOFT)


def _limits(d: Drawing, frame: _Frame, limits: Mapping[str, float]) -> None:
    """Lines across; their names stand at the right, apart from each other."""
    apart, lowest = SIZE * LEADING, frame.bottom + 4
    placed: list[tuple[float, float, str]] = []
    for name, value in sorted(limits.items(), key=lambda item: item[1]):
        _, at = frame.at(0, value)
        lowest = min(at + 5, lowest)
        placed.append((at, lowest, name))
        lowest -= apart
    for at, baseline, name in placed:
        d.line((frame.left, at), (frame.right, at), (frame.right + 10, baseline - 5), width=1.4, dash="1 5")
        d.text(frame.right + 14, baseline, name, size=SIZE, ink=INK)


def _draw(d: Drawing, frame: _Frame, points: Points, style: Style, aside: float, last: float) -> None:
    """One curve, `aside` pixels beside its value: where curves coincide, each is still to be seen."""
    corners: list[tuple[float, float]] = []
    for place, value in points:
        across, up = frame.at(place, value)
        if corners:
            corners.append((across + aside, corners[-1][1]))
        corners.append((across + aside, up + aside))
    corners.append((frame.at(last, 0)[0] + aside, corners[-1][1]))
    d.line(*corners, ink=style.ink, width=2.6, dash=style.dash)
    for place, value in points:
        across, up = frame.at(place, value)
        d.polygon(*((across + aside + dx, up + aside + dy) for dx, dy in style.marker), ink=style.ink)


def _join(d: Drawing, frame: _Frame, points: Points, style: Style) -> None:
    """One curve as straight lines from point to point."""
    d.line(*(frame.at(*point) for point in points), ink=style.ink, width=2.6, dash=style.dash)
    for point in (points[0], points[-1]):
        across, up = frame.at(*point)
        d.polygon(*((across + dx, up + dy) for dx, dy in style.marker), ink=style.ink)


def _legend(d: Drawing, y: float, entries: list[list[str]]) -> None:
    for style, lines in zip(STYLES, entries, strict=False):
        d.line((_LEFT, y - 5), (_LEFT + 44, y - 5), ink=style.ink, width=2.6, dash=style.dash)
        d.polygon(*((_LEFT + 22 + dx, y - 5 + dy) for dx, dy in style.marker), ink=style.ink)
        for line in lines:
            d.text(_LEFT + 60, y, line, size=SIZE)
            y += SIZE * LEADING


def _in_words(series: Mapping[str, Points], x: str, y: str, limits: Mapping[str, float]) -> str:
    """All that the picture shows: each curve's values, and from which x on."""
    sentences = [f"{y}, over {x}."]
    for name, points in series.items():
        (_, first), *rest = points
        sentences.append(f"{name}: {first:g}" + "".join(f", {v:g} from {p:g}" for p, v in rest) + ".")
    sentences += [f"{name}: a line at {value:g}." for name, value in limits.items()]
    return "\n".join(sentences)
