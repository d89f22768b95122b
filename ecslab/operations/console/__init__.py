"""What the console's clicks send: a document's steps, today's words for them, API and AWS CLI. Stage 13.

The console makes no calls of its own kind. Its forms fill in the parameters of an API operation, and the last
click sends it (some by way of a CloudFormation stack, which then makes the same calls).
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

from ecslab.display.tables import text_table
from ecslab.errors import NotThere
from ecslab.operations.console.clicks import Click, documents, of_document

__all__ = ["Click", "Clicks", "clicks"]

_HEAD: Final = ("The document says", "In today's console", "API", "AWS CLI")
_LEFT: Final = "style='text-align:left;vertical-align:top'"
_WIDTHS: Final = (19, 22, 27, 32)
"""Percent of the table's width, so that the longest operation stands on one line."""


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
        return f"Document {self.document}, {self.title}\n{text_table(_HEAD, rows)}"

    def _repr_html_(self) -> str:
        titles = "".join(
            f"<th scope='col' style='text-align:left;width:{width}%'>{title}</th>"
            for title, width in zip(_HEAD, _WIDTHS, strict=True)
        )
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        title = html.escape(f"Document {self.document}, {self.title}")
        return f"<p>{title}</p><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


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


def _cells(row: Click) -> str:
    """A row in HTML: what is typed, and what is called, as code; one command a line."""
    plain = [html.escape(text) for text in (row.says, row.console)]
    typed = [_code("\n".join(filter(None, [*_operations(row), row.field]))), _code(row.cli)]
    return "".join(f"<td {_LEFT}>{cell}</td>" for cell in [*plain, *typed])


def _code(text: str) -> str:
    """Lines of code. A long path may be broken after a dot."""
    lines = (html.escape(line).replace(".", ".<wbr>") for line in text.splitlines())
    return "<br>".join(f"<code>{line}</code>" for line in lines)


def _operations(row: Click) -> list[str]:
    return [call.replace(":", " ") for call in row.calls]


def _api(row: Click) -> str:
    """`ecs RunTask`; of a field its name with it, `ecs RunTask: launchType`."""
    calls = ", ".join(_operations(row))
    return f"{calls}: {row.field}" if row.field else calls
