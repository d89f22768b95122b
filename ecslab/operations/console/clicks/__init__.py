"""The clicks of the source documents, as data: one text file a document."""

from pathlib import Path
from typing import Final

from ecslab.display import texts
from ecslab.display.texts import Entry

from .click import Click

__all__ = ["Click", "documents", "of_document"]

_FOLDER: Final = Path(__file__).parent


def documents() -> list[str]:
    """The numbers of the documents that have any clicks."""
    return texts.names(_FOLDER)


def of_document(document: str) -> tuple[str, tuple[Click, ...]]:
    """A document's title, and its clicks."""
    entry = texts.read(_FOLDER, document).only("title", "clicks")
    return entry.text("title"), tuple(_click(row) for row in entry.rows("clicks"))


def _click(row: Entry) -> Click:
    row.only("says", "console", "calls", "cli", "field")
    return Click(
        says=row.text("says"),
        console=row.text("console"),
        calls=row.texts("calls"),
        cli="\n".join(row.texts("cli")),
        field=row.text("field", ""),
    )
