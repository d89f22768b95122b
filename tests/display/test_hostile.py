"""What a stranger wrote is text, in everything that shows itself. tests/browser has JupyterLab."""

import re
from html.parser import HTMLParser

import hostile
import mistune
import pytest
from markdown_it import MarkdownIt

from ecslab.connection.calls import Calls
from ecslab.display.printable import CONTROL
from ecslab.display.wait_line import WaitLine
from ecslab.resources.image.types import Pushed
from ecslab.resources.scaling import Run
from ecslab.widgets.picture_view import PictureView
from ecslab.widgets.view import HERE, View

ELEMENTS_OF_TEXT = {"span", "code", "br", "wbr", "p"}
"""What text is made of: as many of them as it needs, and never with an attribute."""
TARGET = re.compile(r"https?://|data:image/svg\+xml;|about:blank$|[\w-]+\.ipynb$")
PLUGINS = ["table", "strikethrough", "url", "task_lists", "footnotes", "math", "def_list"]
READERS = {
    "CommonMark": MarkdownIt("commonmark").enable(["table", "strikethrough"]).render,
    "and more": mistune.create_markdown(escape=False, plugins=PLUGINS),
}
CLASSES = hostile.classes()
WIDGETS = (View, WaitLine)


TAB_STOP = ("a", [("tabindex", "0"), ("style", "text-decoration:none")])  # where words make a table wide


class Skeleton(HTMLParser):
    """The elements and attributes of a page, without the words."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.tab_stops = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        if (tag, attributes) == TAB_STOP:
            self.tab_stops += 1
            return
        targets = [value for name, value in attributes if name in ("href", "src")]
        assert all(TARGET.match(target) for target in targets), targets
        if tag not in ELEMENTS_OF_TEXT or attributes:
            self.elements.append((tag, *(name for name, _ in attributes)))

    def handle_endtag(self, tag):
        if tag == "a" and self.tab_stops:
            self.tab_stops -= 1
            return
        if tag not in ELEMENTS_OF_TEXT:
            self.elements.append(f"/{tag}")

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def pages(view):
    """What a notebook is given of an object, as HTML; its Markdown as two readers render it."""
    texts = {}
    if hasattr(view, "_repr_html_"):
        texts["html"] = str(view._repr_html_())
    if hasattr(view, "_repr_markdown_"):
        text = view._repr_markdown_()
        texts |= {name: read(text) for name, read in READERS.items()}
    if isinstance(view, PictureView):
        texts["picture"] = str(view._repr_mimebundle_()[0]["text/html"])
    if hasattr(view, "_repr_mimebundle_") and not isinstance(view, WIDGETS):
        bundle = view._repr_mimebundle_()
        texts |= {kind: str(page) for kind, page in bundle.items() if kind != "text/plain"}
    return texts


def test_classes_that_show_themselves_are_found():
    names = {cls.__name__ for cls in CLASSES}
    assert {"Verdict", "Report", "Calls", "Receipt", "Frame", "Figure", "Fault", "TaskView", "Note"} <= names
    kinds = {kind for cls in CLASSES for kind in hostile.SHOWS if hasattr(cls, kind)}
    read = {"_repr_html_", "_repr_markdown_", "_repr_mimebundle_", "_ipython_display_"}
    assert kinds == read, "what else there is, `pages` has to read as well"


@pytest.mark.parametrize("cls", CLASSES, ids=hostile.label)
def test_a_strangers_words_bring_no_element_and_no_attribute(cls):
    harmless = {
        kind: Skeleton(page) for kind, page in pages(hostile.instance_of(cls, hostile.HARMLESS)).items()
    }
    for text in hostile.STRINGS:
        for kind, page in pages(hostile.instance_of(cls, text)).items():
            brought, usual = Skeleton(page).elements, harmless[kind].elements
            if cls is Run:  # long words are drawn in more lines
                brought, usual = {*brought}, {*usual}
            assert brought == usual, (kind, text, page)


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, WIDGETS)], ids=hostile.label)
def test_a_widget_gives_words_and_no_page_but_a_picture(cls):
    kinds = {"text/plain", "application/vnd.jupyter.widget-view+json"}
    if issubclass(cls, PictureView):
        kinds.add("text/html")
    for text in hostile.STRINGS:
        bundle, _ = hostile.instance_of(cls, text)._repr_mimebundle_()
        assert {*bundle} == kinds


STEERS = "\x1b[2J\x1b]0;title\x07 \x9b1m \u202eesrever \u2066 \x08\x7f\x00 done\rDone. \x0b\x85end"


def words(view):
    """What a terminal is given of an object."""
    texts = {"repr": repr(view), "str": str(view)}
    if hasattr(view, "_repr_mimebundle_"):
        bundle = view._repr_mimebundle_()
        texts["plain"] = (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]
    return texts


@pytest.mark.parametrize("cls", [*CLASSES, Pushed], ids=hostile.label)
def test_a_strangers_words_steer_no_terminal(cls):
    for kind, text in words(hostile.instance_of(cls, STEERS)).items():
        assert not CONTROL.search(text), (kind, text)


def test_what_would_steer_it_is_shown():
    assert "--name '\\x1b[2J" in repr(hostile.instance_of(Calls, STEERS))
    assert "\\u202eesrever" in repr(hostile.instance_of(Calls, STEERS))


WRITES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|DOMParser|srcdoc|setHTML"
    r"|\beval\b|new Function|\bimport\(|\bfetch\b|\.on[a-z]+\s*=|\.(href|src|action)\s*=|javascript:"
)


def test_no_widget_writes_markup_or_loads_anything():
    modules = sorted(HERE.glob("*.js"))
    assert len(modules) >= 8
    for module in modules:
        code = re.sub(r"//.*", "", module.read_text())
        assert not WRITES_MARKUP.search(code), (module.name, WRITES_MARKUP.search(code))
    assert not re.search(r"url\(|@import", (HERE / "widgets.css").read_text())
