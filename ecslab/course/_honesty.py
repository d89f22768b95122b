"""What is simulated: the sandbox's own table, the lines of one stage or all of them."""

from dataclasses import dataclass
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.course.steps import stage_named
from ecslab.display.tables import html_table

_ORDER = ("as AWS", "simplified", "pretended", "absent")


@dataclass(frozen=True)
class Honesty:
    """Lines of the table. Shows itself; `rows` are dicts with `topic`, `kind`, `text` and `stages`."""

    rows: tuple[dict[str, Any], ...]
    real: bool = False

    @property
    def text(self) -> str:
        if self.real:
            return "This is a real account: nothing is simulated."
        return "\n".join(f"{row['kind']:<11} {row['topic']}: {row['text']}" for row in self.rows)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        if self.real:
            return f"<p>{self.text}</p>"
        columns = ("In this sandbox", "is", "which means")
        return html_table(columns, map(_cells, self.rows))


def honesty(lab: Connection, stage: str | None = None) -> Honesty:
    """What the sandbox does as AWS does, and where it does not.

    Args:
        stage: only the lines that concern this stage; None for all.
    """
    if lab.where != "sandbox":
        return Honesty((), real=True)
    wanted = stage_named(stage) if stage else None
    rows = lab.control("honesty")["rows"]
    ours = [row for row in rows if wanted is None or wanted in row["stages"]]
    return Honesty(tuple(sorted(ours, key=lambda row: _ORDER.index(row["kind"]))))


def _cells(row: dict[str, Any]) -> tuple[str, str, str]:
    return str(row["topic"]), str(row["kind"]), str(row["text"])
