"""What goes into the topmost layer: the learner's page, and the course's stylesheet and picture beside it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from ecslab.display.printable import printable
from ecslab.errors import EcslabError, NotThere

MOST_BYTES: Final = 100_000_000
MOST_FILES: Final = 5_000
_BESIDE: Final = ("style.css", "container.svg")
_BOOK_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Guestbook</title>
<link rel="stylesheet" href="style.css">
<h1>{heading}</h1>
<ul id="book"></ul>
<form id="sign">
  <input name="name" aria-label="Your name" placeholder="Your name" maxlength="40" required>
  <input name="text" aria-label="Your words" placeholder="Your words" maxlength="300" required>
  <button>Sign</button>
</form>
<script src="guestbook.js"></script>
"""


class BadPage(EcslabError, ValueError):
    """What was given cannot be made into a layer."""


@dataclass(frozen=True)
class Site:
    """Files by their path below the web server's folder."""

    files: Mapping[str, bytes]

    def __repr__(self) -> str:
        size = sum(map(len, self.files.values()))
        return printable(f"Site of {', '.join(sorted(self.files))} ({size} bytes)")


def site(html: str) -> Site:
    """The page, with the course's `style.css` and `container.svg` beside it, for `image.build`.

    Args:
        html: the whole page. It uses the two by `<link rel="stylesheet" href="style.css">` and
            `<img src="container.svg">`.
    """
    beside = {name: files(__name__).joinpath(name).read_bytes() for name in _BESIDE}
    return Site({"index.html": html.encode(), **beside})


def book_page(heading: str) -> Site:
    """A page that shows the guestbook: it asks for the entries at `api/entries`, beside itself.

    Args:
        heading: plain text, without HTML.
    """
    script = files(__name__).joinpath("guestbook.js").read_bytes()
    return Site({**site(_BOOK_PAGE.format(heading=escape(heading))).files, "guestbook.js": script})


def read(page: "str | os.PathLike[str] | Site") -> Site:
    """The files to serve.

    Args:
        page: HTML; or the path of an HTML file, or of a folder that holds `index.html`. Text with a `<` in it
            is HTML, other text is a path. Of a folder, names that begin with a dot are left out.

    Raises:
        NotThere: there is no such file or folder.
        BadPage: no `index.html` in the folder, or too much of everything.
    """
    if isinstance(page, Site):
        return page
    if isinstance(page, str) and "<" in page:
        return Site({"index.html": page.encode()})
    path = Path(page).expanduser()
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise NotThere(
            f"there is no file or folder {str(page)!r} here.\n"
            f"  looked in: {Path.cwd()}\n"
            "  next:      give the page itself (text with HTML tags), or a folder that has an index.html"
        )
    return Site({"index.html": path.read_bytes()})


def _folder(root: Path) -> Site:
    content: dict[str, bytes] = {}
    room = MOST_BYTES
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for path in (Path(folder, name) for name in sorted(names) if not name.startswith(".")):
            room -= path.stat().st_size if path.is_file() else 0
            if room < 0 or len(content) == MOST_FILES:
                raise BadPage(
                    f"{root} holds more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB.\n"
                    "  next: point at the folder that holds nothing but the website"
                )
            if path.is_file():  # a link to nowhere is no file
                content[path.relative_to(root).as_posix()] = path.read_bytes()
    if "index.html" not in content:
        raise BadPage(
            f"there is no index.html in {root}.\n"
            f"  seen: {', '.join(sorted(content)[:5]) or 'nothing'}\n"
            "  next: name the page that opens first index.html"
        )
    return Site(content)
