"""What the views have in common: one style sheet, and a summary in words where none can be drawn."""

from abc import abstractmethod
from pathlib import Path

import anywidget

from ecslab.display.printable import printable

HERE = Path(__file__).parent


def module(*parts: str) -> str:
    """The module of a view: its files, its own the last, after what all views draw with."""
    return "\n".join((HERE / part).read_text("utf-8") for part in ("elements.js", *parts))


class View(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types that strict mode accepts
    """A widget that can also say in words what it shows."""

    _css = HERE / "widgets.css"

    @abstractmethod
    def text(self) -> str:
        """What the widget shows, as plain text: for code hosts, screen readers and tests."""

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict[str, object], dict[str, object]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": printable(self.text())}, metadata
