"""A small kit to draw figures as SVG: boxes, texts, arrows, numbered badges.

A notebook shows an SVG as a picture, which the colours of its theme do not reach. So every figure stands on a
light panel of its own; in JupyterLab's dark themes the whole picture is turned dark, and its hues stay. It
grows with the type around it. Texts that do not fit raise.
"""

from dataclasses import dataclass
from math import hypot
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from ecslab.display.markup import attribute, html, svg_text
from ecslab.display.printable import printable
from ecslab.figures.text_metrics import LEADING, text_width, wrap

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
MONO_FONT: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
INK: Final = "#1b1f24"
SOFT: Final = "#4a525c"
PANEL: Final = "#f6f8fa"
_TYPE: Final = 14
"""JupyterLab's usual size of type, in pixels, for which the figures are drawn."""
_DARK: Final = "var(--jp-shadow-base-lightness, 0)"
"""The one figure that JupyterLab's own themes have for it: 0 in the light ones, 32 in the dark ones."""


@dataclass(frozen=True)
class Tone:
    """The colours of a box: what it is filled with, its border, and its words."""

    fill: str
    line: str
    ink: str = INK


TONES: Final = {
    "plain": Tone("#ffffff", "#57606a"),
    "quiet": Tone("#e6e9ed", "#8b949e"),
    "ecs": Tone("#ffe9d1", "#b35900"),
    "task": Tone("#fff6d6", "#8a6a00"),
    "container": Tone("#d8f0f2", "#0b7285"),
    "store": Tone("#ebe2ff", "#6f42c1"),
    "net": Tone("#dfeaff", "#2f6fd0"),
    "here": Tone("#ffd479", "#8a4b00"),
    "good": Tone("#d9f2de", "#1a7f37"),
    "bad": Tone("#ffe0de", "#c62828"),
}


@dataclass(frozen=True)
class Figure:
    """A picture for a notebook. It shows itself; `str()` of it says in words what it shows."""

    title: str
    description: str
    svg: str

    def __str__(self) -> str:
        return printable(f"{self.title}\n{self.description}")

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """The picture, the same in HTML with its words for a screen reader, and the words alone."""
        words = attribute(self.alt)
        picture = html('<img alt="{}" style="{}" src="{}">', words, Markup(self.style), Markup(self.source))
        return {"text/html": picture, "image/svg+xml": self.svg, "text/plain": str(self)}

    @property
    def alt(self) -> str:
        """What it shows, for an `alt` attribute."""
        return f"{self.title}. {self.description}"

    @property
    def source(self) -> str:
        """The picture as a `data:` URI."""
        # not base64: so an id in the picture can still be found in a notebook's outputs, and sanitised;
        # `quote` leaves nothing that ends an attribute
        return f"data:image/svg+xml;charset=utf-8,{quote(self.svg, safe=' /:;=,>()@')}"

    @property
    def style(self) -> str:
        """CSS for an `<img>`: so wide as the type is large, and dark where the theme is."""
        width = int(self.svg.partition('width="')[2].partition('"')[0])
        dark = f"filter: invert(calc({_DARK} / 36)) hue-rotate(calc({_DARK} * 5.625deg))"
        return f"width: {width / _TYPE:.1f}em; max-width: 100%; {dark}"


class Drawing:
    """Collects shapes at absolute places (pixels from the top left corner) and makes a `Figure` of them."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def text(
        self, x: float, y: float, content: str, *, size: float = 15, bold: bool = False, mono: bool = False,
        anchor: str = "start", ink: str = INK,
    ) -> None:  # fmt: skip
        """One line of text with its baseline at `y`; `anchor` is start, middle or end."""
        weight = ' font-weight="bold"' if bold else ""
        family = f' font-family="{MONO_FONT}"' if mono else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{ink}"'
            f"{weight}{family}>{svg_text(content)}</text>"
        )

    def paragraph(
        self, x: float, y: float, width: float, content: str, *, size: float = 15, bold: bool = False,
        mono: bool = False, anchor: str = "start", ink: str = INK,
    ) -> float:  # fmt: skip
        """Wrapped text, its first baseline at `y`; returns the baseline that would come next."""
        for line in wrap(content, width, size, bold=bold, mono=mono):
            self.text(x, y, line, size=size, bold=bold, mono=mono, anchor=anchor, ink=ink)
            y += size * LEADING
        return y

    def rect(
        self, x: float, y: float, w: float, h: float, tone: str = "plain", *, dashed: bool = False,
        corner: float = 7,
    ) -> None:  # fmt: skip
        colour = TONES[tone]
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{corner:g}" fill="{colour.fill}" '
            f'stroke="{colour.line}" stroke-width="1.6"{dash}/>'
        )

    def box(
        self, x: float, y: float, w: float, h: float, title: str = "", body: str = "", *, tone: str = "plain",
        size: float = 15, align: str = "middle", top: bool = False, dashed: bool = False, mono: bool = False,
        pad: float = 9,
    ) -> None:  # fmt: skip
        """A box with a bold title and a body under it, wrapped, in the middle or from the `top`.

        Raises ValueError when the words do not fit.
        """
        self.rect(x, y, w, h, tone, dashed=dashed)
        ink = TONES[tone].ink
        room = w - 2 * pad
        lines = [(line, True) for line in wrap(title, room, size, bold=True)] if title else []
        lines += [(line, False) for line in wrap(body, room, size, mono=mono)] if body else []
        need = len(lines) * size * LEADING
        if need > h - 2:
            raise ValueError(f"{title or body!r} needs {need:.0f} pixels of height, its box has {h:g}")
        at = x + w / 2 if align == "middle" else x + pad
        baseline = (y + 8 if top else y + (h - need) / 2) + size
        for line, bold in lines:
            self.text(at, baseline, line, size=size, bold=bold, mono=mono and not bold,
                      anchor="middle" if align == "middle" else "start", ink=ink)  # fmt: skip
            baseline += size * LEADING

    def badge(self, x: float, y: float, label: str | int, *, tone: str = "bad") -> None:
        """A filled circle with a number, centred on (x, y)."""
        self._parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="13" fill="{TONES[tone].line}"/>')
        self.text(x, y + 5, str(label), size=15, bold=True, anchor="middle", ink="#ffffff")

    def arrow(self, *points: tuple[float, float], ink: str = SOFT, dashed: bool = False) -> None:
        """A line through the points, with a head at the last one."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - 9 * ux, y1 - 9 * uy)
        head = [(x1, y1), (neck[0] - 5 * uy, neck[1] + 5 * ux), (neck[0] + 5 * uy, neck[1] - 5 * ux)]
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self._parts.append(
            f'<polyline points="{_points([*points[:-1], neck])}" fill="none" stroke="{ink}" '
            f'stroke-width="2"{dash}/><polygon points="{_points(head)}" fill="{ink}"/>'
        )

    def line(self, *points: tuple[float, float], ink: str = SOFT, width: float = 2, dash: str = "") -> None:
        """A line through the points; `dash` as SVG's stroke-dasharray."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{_points([*points])}" fill="none" stroke="{ink}" stroke-width="{width:g}" '
            f'stroke-linejoin="round"{dashes}/>'
        )

    def polygon(self, *points: tuple[float, float], ink: str = SOFT) -> None:
        """A filled shape without words."""
        self._parts.append(f'<polygon points="{_points([*points])}" fill="{ink}"/>')

    def figure(self, title: str, description: str) -> Figure:
        """The finished figure. `description` says in words all that the picture shows."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" font-family="{FONT}">'
            f"<title>{svg_text(title)}</title><desc>{svg_text(description)}</desc>"
            f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{self.height - 1}" rx="10" '
            f'fill="{PANEL}" stroke="#8b949e"/>{"".join(self._parts)}</svg>'
        )
        return Figure(title, description, svg)


def shorten(text: str, width: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """`text`, or its two ends with … between them when it is wider than `width` pixels."""
    if text_width(text, size, bold=bold, mono=mono) <= width:
        return text
    keep = len(text)
    while keep > 2 and text_width(_ends(text, keep), size, bold=bold, mono=mono) > width:
        keep -= 1
    return _ends(text, keep)


def _ends(text: str, keep: int) -> str:
    tail = keep // 2
    return f"{text[: keep - tail]}…{text[len(text) - tail :]}"


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
