"""The map of the course: every notebook, how long it takes, and how far one has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.figures.svg import Drawing, Figure

PARTS: Final = {  # row, column, title
    "page": (0, 0, "From an image to a page"),
    "service": (1, 0, "Keep it up, change it, look inside"),
    "capacity": (2, 0, "Where, and how many"),
    "tools": (2, 2, "By other tools, and when it fails"),
    "end": (2, 4, "The end"),
}
ROWS: Final = 3
PITCH: Final = 122
WIDTH: Final = 132


@dataclass(frozen=True)
class Stop:
    """One notebook on the map.

    Attributes:
        title: the stage's.
        part: the part of the course that it belongs to, one of `PARTS`.
        minutes: how long it takes here.
        done, steps: how many of its steps are done, exercises aside.
    """

    title: str
    part: str
    minutes: int
    done: int
    steps: int

    @property
    def words(self) -> str:
        """Its state in a few words."""
        if self.done == self.steps:
            return "done"
        return f"{self.done} of {self.steps} steps" if self.done else f"about {self.minutes} min"


def course_map(stops: Mapping[str, Stop], here: str | None = None) -> Figure:
    """The notebooks in their order, in five parts; green what is done, yellow where you are.

    Args:
        stops: by stage.
        here: the stage that comes next.
    """
    d = Drawing(880, 24 + PITCH * ROWS)
    for part, (row, column, title) in PARTS.items():
        x, y = 24 + column * (WIDTH + 8), 24 + PITCH * row
        d.text(x, y + 18, title, bold=True)
        _row(d, x, y + 28, [(stage, stop) for stage, stop in stops.items() if stop.part == part], here)
    told = "; ".join(f"{stage} {stop.title}: {stop.words}" for stage, stop in stops.items())
    return d.figure("The course", f"{told}.{f' Next: {here}.' if here else ''}")


def _row(d: Drawing, x: float, y: float, stops: Sequence[tuple[str, Stop]], here: str | None) -> None:
    for stage, stop in stops:
        tone = "here" if stage == here else "good" if stop.done == stop.steps else "plain"
        words = f"{stop.words}, next" if stage == here else stop.words
        d.box(x, y, WIDTH, 78, f"{stage} {stop.title}", words, tone=tone, size=14, pad=4)
        x += WIDTH + 8
