"""The line of a wait in a notebook, with a button that skips what is left of it."""

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from ecslab.display.beside_cells import hear_beside_cells
from ecslab.display.printable import printable


class WaitLine(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types that strict mode accepts
    """A line of text, and a button. While a cell runs, JupyterLab sends presses past it, to another thread.

    Args:
        text: what is awaited, and for how long.
        skip: called when the button is pressed.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")
    text = traitlets.Unicode().tag(sync=True)
    pressed = traitlets.Int(0).tag(sync=True)

    def __init__(self, text: str, skip: Callable[[], None]) -> None:
        super().__init__()
        self.text = text
        self.observe(lambda _: skip(), names=["pressed"])
        hear_beside_cells(self)

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict[str, object], dict[str, object]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": printable(self.text)}, metadata
