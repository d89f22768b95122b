"""The table of clients in tests/README.md, between two markers."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from .scenario import Outcome

__all__ = ["BEGIN", "END", "HEAD", "README", "block", "is_of", "not_tried", "row", "write"]

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN: Final = "<!-- clients: written by make clients -->"
END: Final = "<!-- /clients -->"
HEAD: Final = ("| client | works | refused | gap |", "|---|---|---|---|")


def row(title: str, version: str, outcomes: Iterable[Outcome]) -> str:
    """The client's line of the table."""
    cells = {"works": "", "refused": "", "gap": ""}
    for outcome in outcomes:
        quoted = f": *{_cell(outcome.sentence)}*" if outcome.sentence else ""
        cells[outcome.kind] += f"{'; ' if cells[outcome.kind] else ''}{_cell(outcome.does)}{quoted}"
    return f"| {f'{title} {version}'.strip()} | {' | '.join(cells.values())} |"


def not_tried(title: str, why: str) -> str:
    """The line of a client that was not tried."""
    return f"| {title} | not tried here: {_cell(why)} | | |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("\n", " ")


def block(text: str) -> str:
    """What stands between the markers; ValueError if they are not there once each, in order."""
    blocks = re.findall(rf"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", text, re.DOTALL)
    if len(blocks) != 1 or text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{README.name}: the markers of the clients' table")
    return str(blocks[0])


def write(rows: Mapping[str, str], titles: Iterable[str]) -> None:
    """Put rows, by title, into the table; the others stay as they are."""
    text = README.read_text()
    old = block(text)
    old_rows = {title: line for title in titles for line in old.splitlines() if is_of(line, title)}
    lines = [line for title in titles if (line := rows.get(title, old_rows.get(title, "")))]
    new = "\n".join(["", *HEAD, *lines, "", ""])
    README.write_text(text.replace(f"{BEGIN}\n{old}{END}", f"{BEGIN}\n{new}{END}"))


def is_of(line: str, title: str) -> bool:
    """Whether a line of the table is the client's."""
    return re.match(rf"\| {re.escape(title)}( [\d.]+)? \|", line) is not None
