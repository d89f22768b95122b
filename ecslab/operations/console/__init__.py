"""What the console's clicks send: a document's steps, today's words for them, API and AWS CLI. Stage 13.

The console makes no calls of its own kind. Its forms fill in the parameters of an API operation, and the last
click sends it (clusters and services by way of a CloudFormation stack, which then makes the same calls).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

from markupsafe import Markup

from ecslab.display.markup import html, joined
from ecslab.display.printable import printable
from ecslab.display.tables import html_row, tab_stop, text_table
from ecslab.errors import NotThere
from ecslab.operations.console.clicks import Click, documents, of_document

__all__ = ["Click", "Clicks", "clicks"]

_HEAD: Final = ("The document says", "In today's console", "API", "AWS CLI")
_PAGE_HEAD: Final = (*_HEAD[:2], "API, and below it AWS CLI")
"""On a page the last two share a column: side by side there is room for half of an operation's name."""
_WIDTHS: Final = (22, 26, 52)
"""Percent of the table's width."""
_FITS: Final = "width:100%;table-layout:fixed;white-space:normal;overflow-wrap:anywhere"
"""The table is as wide as the page has room for; a long option is broken, and nothing is cut off."""


@dataclass(frozen=True)
class Clicks(Sequence[Click]):
    """The clicks of one document, in its order. Shows itself as a table.

    Attributes:
        document: its number, as "003".
        title: as the document has it.
    """

    document: str
    title: str
    rows: tuple[Click, ...]

    @property
    def sent(self) -> tuple[str, ...]:
        """The operations that change something, in the order in which the clicks send them: `ecs:RunTask`."""
        return tuple(call for row in self.rows for call in row.sends)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Click]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Click: ...
    @overload
    def __getitem__(self, index: slice) -> "Clicks": ...
    def __getitem__(self, index: int | slice) -> "Click | Clicks":
        if isinstance(index, slice):
            return Clicks(self.document, self.title, self.rows[index])
        return self.rows[index]

    def __repr__(self) -> str:
        rows = [(row.says, row.console, _api(row), row.cli.replace("\n", "; then ")) for row in self.rows]
        return f"{printable(f'Document {self.document}, {self.title}')}\n{text_table(_HEAD, rows)}"

    def _repr_html_(self) -> Markup:
        titles = html_row(
            html("<th scope='col' style='text-align:left;width:{}%'>{}</th>", width, title)
            for title, width in zip((tab_stop(_PAGE_HEAD[0]), *_PAGE_HEAD[1:]), _WIDTHS, strict=True)
        )
        body = joined(html_row(_cells(row)) for row in self.rows)
        title = html("<p>{}</p>", f"Document {self.document}, {self.title}")
        table = html("<table style='{}'><thead>{}</thead><tbody>{}</tbody></table>", _FITS, titles, body)
        return title + table


def clicks(document: str) -> Clicks:
    """The clicks of a source document, with the call that each one makes or prepares.

    Args:
        document: "000", "002", "003" or "004"; 001 has none.

    Raises:
        NotThere: the course has no clicks of such a document.
    """
    known = documents()
    if document not in known:
        raise NotThere(f"there are no clicks of document {document!r}.\n  there are: {', '.join(known)}")
    return Clicks(document, *of_document(document))


def _cells(row: Click) -> list[Markup]:
    """A row in HTML: what is typed, and what is called, as code; one command a line."""
    typed = _code("\n".join(filter(None, [*_operations(row), row.field, row.cli])))
    cell = "<td style='text-align:left;vertical-align:top;max-width:none;overflow-wrap:anywhere'>{}</td>"
    return [html(cell, content) for content in (row.says, row.console, typed)]


def _code(text: str) -> Markup:
    """Lines of code. A long path may be broken after a dot."""
    return Markup("<br>").join(
        html("<code>{}</code>", Markup(".<wbr>").join(html("{}", part) for part in line.split(".")))
        for line in text.splitlines()
    )


def _operations(row: Click) -> list[str]:
    return [call.replace(":", " ") for call in row.calls]


def _api(row: Click) -> str:
    """`ecs RunTask`; of a field its name with it, `ecs RunTask: launchType`."""
    calls = ", ".join(_operations(row))
    return f"{calls}: {row.field}" if row.field else calls
