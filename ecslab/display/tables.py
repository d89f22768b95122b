"""Small tables that show themselves in a notebook and in a terminal."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from markupsafe import Markup

from ecslab.display.markup import html, joined
from ecslab.display.printable import printable

_LONG_WORD: Final = 24
"""Characters: an ARN, a digest, the address of an image; no word of a sentence."""
_MANY_COLUMNS: Final = 4
"""A table of so many may be wider than a small screen, or than large type leaves room for."""


@dataclass(frozen=True)
class Table:
    """Rows under a heading; text in a terminal, a table in a notebook.

    Attributes:
        title: one line above it, or "".
        head: the columns' names.
        rows: as many cells each.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        return "\n".join(filter(None, [printable(self.title), text_table(self.head, self.rows)]))

    def _repr_html_(self) -> Markup:
        title = html("<p>{}</p>", self.title) if self.title else Markup()
        return title + html_table(self.head, self.rows)


class ShownAsTable(ABC):
    """What shows itself as a table, in a terminal and in a notebook."""

    @abstractmethod
    def _table(self) -> Table: ...

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> Markup:
        return self._table()._repr_html_()


def elapsed(since: timedelta) -> str:
    """Minutes and seconds, `2:05`; from an hour on with the hours, `1:02:05`."""
    return minutes(since.total_seconds())


def minutes(seconds: float) -> str:
    """The same, of seconds."""
    whole, rest = divmod(max(0, round(seconds)), 60)
    hours, whole_minutes = divmod(whole, 60)
    return f"{hours}:{whole_minutes:02}:{rest:02}" if hours else f"{whole}:{rest:02}"


def text_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns padded with spaces; the last one is not."""
    lines = [tuple(map(printable, row)) for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
        if any(line)
    )


def html_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """The same as HTML, every cell as text and aligned to the left."""
    wide = len(head) >= _MANY_COLUMNS or any(map(_has_a_long_word, head))
    stop = next((column for column, cell in enumerate(head) if cell), 0) if wide else -1
    titles = joined(
        html("<th scope='col' style='{}'>{}</th>", _style(cell), tab_stop(cell) if column == stop else cell)
        for column, cell in enumerate(head)
    )
    cell_of = "<td style='{}'>{}</td>"
    body = joined(html_row(html(cell_of, _style(cell), cell) for cell in row) for row in rows)
    top = html("<thead>{}</thead>", html_row([titles])) if any(head) else Markup()
    return html("<table>{}<tbody>{}</tbody></table>", top, body)


def tab_stop(title: str) -> Markup:
    """A title that the keyboard stops at, so that the arrow keys can scroll the table around it.

    An anchor, because JupyterLab leaves `tabindex` on no other text in a notebook it does not trust.
    """
    return html("<a tabindex='0' style='text-decoration:none'>{}</a>", title)


def _style(cell: str) -> str:
    """Of a cell; a word that is longer than a narrow column may be broken, so that a table fits its page."""
    return "text-align:left;overflow-wrap:anywhere" if _has_a_long_word(cell) else "text-align:left"


def _has_a_long_word(cell: str) -> bool:
    return any(len(word) > _LONG_WORD for word in cell.split())


def html_row(cells: Iterable[Markup]) -> Markup:
    """A row of a table, from its cells."""
    return html("<tr>{}</tr>", joined(cells))
