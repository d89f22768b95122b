"""Reads a figure's SVG back into boxes, texts and lines, and says what is wrong with the way they lie."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from ecslab.figures.text_metrics import ASCENT, DESCENT, text_width

NS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Area:
    """A rectangle of the picture, and what is drawn there."""

    left: float
    top: float
    right: float
    bottom: float
    what: str
    colour: str = ""

    def holds(self, other: "Area") -> bool:
        return (
            self.left <= other.left and self.top <= other.top
            and other.right <= self.right and other.bottom <= self.bottom
        )  # fmt: skip

    def meets(self, other: "Area") -> bool:
        return (
            self.left < other.right and other.left < self.right
            and self.top < other.bottom and other.top < self.bottom
        )  # fmt: skip


@dataclass
class Layout:
    """What a figure consists of: `shapes` are its boxes and badges in drawing order, the background first."""

    width: float
    rects: list[Area]
    shapes: list[Area]
    texts: list[Area]
    strokes: list[tuple[tuple[float, float], tuple[float, float]]]
    sizes: list[float]


def read(svg: str) -> Layout:
    root = ElementTree.fromstring(svg)
    readers = {f"{NS}rect": _rect, f"{NS}circle": _circle}
    shapes = [readers[e.tag](e) for e in root.iter() if e.tag in readers]
    strokes = [pair for line in root.iter(f"{NS}polyline") for pair in _segments(line.attrib["points"])]
    texts = list(root.iter(f"{NS}text"))
    return Layout(
        float(root.attrib["width"]), [s for s in shapes if s.what.startswith("the box")], shapes,
        [_text(t) for t in texts], strokes, [float(t.attrib["font-size"]) for t in texts],
    )  # fmt: skip


def faults(layout: Layout) -> Iterator[str]:
    """Every overlap, overflow and illegible text, in words; nothing when the figure is sound."""
    for area in layout.shapes + layout.texts:
        if not layout.shapes[0].holds(area):
            yield f"{area.what} leaves the panel"
    for first, second in combinations(layout.texts, 2):
        if first.meets(second):
            yield f"{first.what} overlaps {second.what}"
    for first, second in combinations(layout.rects, 2):
        if first.meets(second) and not first.holds(second) and not second.holds(first):
            yield f"{first.what} and {second.what} cross"
    for text in layout.texts:
        yield from _faults_of(text, layout)


def _faults_of(text: Area, layout: Layout) -> Iterator[str]:
    """What touches one text; shapes under the one it is written on do not matter."""
    ground = max((n for n, shape in enumerate(layout.shapes) if shape.holds(text)), default=0)
    for shape in layout.shapes[ground + 1 :]:
        if text.meets(shape):
            yield f"{text.what} crosses the border of {shape.what}"
    for start, end in layout.strokes:
        if _crosses(start, end, text):
            yield f"a line runs through {text.what}"
    behind = layout.shapes[ground].colour
    if contrast(text.colour, behind) < 4.5:
        yield f"{text.what} is hard to read: {text.colour} on {behind}"


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2 between two colours like #1b1f24."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rect(element: ElementTree.Element) -> Area:
    x, y, w, h = (float(element.attrib[k]) for k in ("x", "y", "width", "height"))
    return Area(x, y, x + w, y + h, f"the box at {x:g},{y:g}", element.attrib["fill"])


def _circle(element: ElementTree.Element) -> Area:
    x, y, r = (float(element.attrib[k]) for k in ("cx", "cy", "r"))
    return Area(x - r, y - r, x + r, y + r, f"the badge at {x:g},{y:g}", element.attrib["fill"])


def _text(element: ElementTree.Element) -> Area:
    at = element.attrib
    x, y, size = (float(at[k]) for k in ("x", "y", "font-size"))
    words = element.text or ""
    width = text_width(words, size, bold="font-weight" in at, mono="font-family" in at)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[at["text-anchor"]]
    return Area(left, y - ASCENT * size, left + width, y + DESCENT * size, repr(words), at["fill"])


def _segments(points: str) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    places = [(float(x), float(y)) for x, y in (p.split(",") for p in points.split())]
    return list(pairwise(places))


def _crosses(start: tuple[float, float], end: tuple[float, float], area: Area) -> bool:
    """Whether the line touches the area: looked at in steps of two pixels."""
    steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / 2) + 1
    for n in range(steps + 1):
        x = start[0] + (end[0] - start[0]) * n / steps
        y = start[1] + (end[1] - start[1]) * n / steps
        if area.left < x < area.right and area.top < y < area.bottom:
            return True
    return False
