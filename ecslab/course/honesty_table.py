"""What is simulated: the sandbox's own table, the lines of one stage or all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from markupsafe import Markup

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import stage_named
from ecslab.display.markup import html, joined, prose
from ecslab.display.printable import printable
from ecslab.display.tables import html_table, text_table

_FIELDS = """\
Each field of a request acts as on AWS, is refused with a sentence, or is kept without effect. One that
several requests share is counted once; what lies within one that is refused or kept is counted with it."""
_COUNTED = ("service", "operations", "act", "refused", "kept")
_ORDER = ("as AWS", "simplified", "pretended", "absent")


class HonestyRow(TypedDict):
    """One line of the table."""

    topic: str
    kind: str
    text: str
    stages: list[str]


class CarriedRow(TypedDict):
    """A service that is carried: its operations, and the fields of their requests by their class."""

    service: str
    why: str
    operations: list[str]
    acts: list[str]
    refused: list[str]
    kept: list[str]


@dataclass(frozen=True)
class Honesty:
    """Lines of the table. Shows itself.

    Attributes:
        carried: on the whole page, what is carried, and what becomes of each field; else nothing.
    """

    rows: tuple[HonestyRow, ...]
    real: bool = False
    carried: tuple[CarriedRow, ...] = ()

    @property
    def text(self) -> str:
        if self.real:
            return "This is a real account: nothing is simulated."
        lines = [f"{row['kind']:<11} {row['topic']}: {row['text']}" for row in self.rows]
        if self.carried:
            lines += ["", _FIELDS, "", text_table(_COUNTED, _counts(self.carried))]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_html_(self) -> Markup:
        if self.real:
            return html("<p>{}</p>", self.text)
        columns = ("In this sandbox", "is", "which means")
        table = html_table(columns, map(_cells, self.rows))
        if not self.carried:
            return table
        counts = html_table(_COUNTED, _counts(self.carried))
        return html("{}<p>{}</p>{}{}", table, _FIELDS, counts, joined(map(_without_effect, self.carried)))


def honesty(lab: Connection, stage: str | None = None) -> Honesty:
    """What the sandbox does as AWS does, and where it does not.

    Args:
        stage: only the lines that concern this stage; None for all, and for what is carried.
    """
    if lab.where != "sandbox":
        return Honesty((), real=True)
    wanted = stage_named(stage).id if stage else None
    rows: list[HonestyRow] = lab.control("honesty")["rows"]
    shown = [row for row in rows if wanted is None or wanted in row["stages"]]
    carried: list[CarriedRow] = [] if wanted else lab.control("carried")["services"]
    ordered = sorted(shown, key=lambda row: _ORDER.index(row["kind"]))
    return Honesty(tuple(ordered), carried=tuple(carried))


def _cells(row: HonestyRow) -> tuple[str, str, str]:
    return row["topic"], row["kind"], prose(row["text"])


def _counts(carried: Sequence[CarriedRow]) -> list[list[str]]:
    """How many operations a service has, and how many fields of each class; the last line is their sum."""
    counts = [
        [len(row["operations"]), len(row["acts"]), len(row["refused"]), len(row["kept"])] for row in carried
    ]
    names = [*(row["service"] for row in carried), "together"]
    together = [sum(column) for column in zip(*counts, strict=True)]
    return [[name, *map(str, row)] for name, row in zip(names, [*counts, together], strict=True)]


def _without_effect(row: CarriedRow) -> Markup:
    shown = "<details><summary>{}: kept without effect</summary>{}</details>"
    return html(shown, row["service"], ", ".join(row["kept"])) if row["kept"] else Markup()
