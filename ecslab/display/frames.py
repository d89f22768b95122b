"""A task's page inside a notebook, kept away from the Jupyter server around it.

What is saved with the notebook is the page in words: a frame whose server is gone is a grey box. The frame
itself is put in by a script, where one runs, once the server of the page has answered.
"""

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from markupsafe import Markup

from ecslab.display.markup import attribute, html, link_target
from ecslab.display.printable import printable

_SCRIPT: Final = Markup(Path(__file__).with_name("frames.js").read_text("utf-8"))
_LONGEST: Final = 300
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript"})
_BLOCKS: Final = frozenset({"title", "p", "div", "li", "tr", "pre", "br", "h1", "h2", "h3", "h4", "section"})


@dataclass(frozen=True)
class Frame:
    """Shows a page in a frame, with a link that opens it in a tab; as text, its address.

    Attributes:
        url: what the browser asks for; in the sandbox it leads through the gateway.
        address: what a visitor on the internet would type.
        height: of the frame, in pixels.
        status: what was answered when the cell ran; None if nobody answered.
        page: the page as it was then, as HTML.
    """

    url: str
    address: str
    height: int = 420
    status: int | None = None
    page: str = ""

    def __repr__(self) -> str:
        return printable(f"{self.address} opens at {self.url}")

    def _repr_html_(self) -> Markup:
        outcome = "nobody answered" if self.status is None else f"status {self.status}"
        title = attribute(f"The page at {self.address}")
        summary = html(
            '<div style="border: 1px solid #8888; padding: 6px 12px">'
            "<p><b>{}</b> · {}, when this cell ran</p><p>{}</p></div>",
            self.address, outcome, words_of(self.page),
        )  # fmt: skip
        return html(
            '<div data-ecslab-page="{}" data-title="{}" data-height="{}">{}</div><script>{}</script>',
            link_target(self.url), title, int(self.height), summary, _SCRIPT,
        )  # fmt: skip


def words_of(page: str) -> str:
    """What can be read on a page, as one line: its title and its text, shortened."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.text).split("\n")]
    text = " · ".join(line for line in lines if line)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} …"


class _Reader(HTMLParser):
    """Collects the text of a page; where a block ends, a line ends."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.text.append(" ".join(data.split("\n")))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.text.append("\n")
