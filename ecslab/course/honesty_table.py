"""What is simulated: the sandbox's own table, the lines of one stage or all of them."""

from dataclasses import dataclass
from typing import TypedDict

from markupsafe import Markup

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import stage_named
from ecslab.display.markup import html
from ecslab.display.printable import printable
from ecslab.display.tables import html_table

_ORDER = ("as AWS", "simplified", "pretended", "absent")


class HonestyRow(TypedDict):
    """One line of the table."""

    topic: str
    kind: str
    text: str
    stages: list[str]


@dataclass(frozen=True)
class Honesty:
    """Lines of the table. Shows itself."""

    rows: tuple[HonestyRow, ...]
    real: bool = False

    @property
    def text(self) -> str:
        if self.real:
            return "This is a real account: nothing is simulated."
        return "\n".join(f"{row['kind']:<11} {row['topic']}: {row['text']}" for row in self.rows)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_html_(self) -> Markup:
        if self.real:
            return html("<p>{}</p>", self.text)
        columns = ("In this sandbox", "is", "which means")
        return html_table(columns, map(_cells, self.rows))


def honesty(lab: Connection, stage: str | None = None) -> Honesty:
    """What the sandbox does as AWS does, and where it does not.

    Args:
        stage: only the lines that concern this stage; None for all.
    """
    if lab.where != "sandbox":
        return Honesty((), real=True)
    wanted = stage_named(stage).id if stage else None
    rows: list[HonestyRow] = lab.control("honesty")["rows"]
    shown = [row for row in rows if wanted is None or wanted in row["stages"]]
    return Honesty(tuple(sorted(shown, key=lambda row: _ORDER.index(row["kind"]))))


def _cells(row: HonestyRow) -> tuple[str, str, str]:
    return row["topic"], row["kind"], row["text"]
