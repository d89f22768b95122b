"""Buttons that work while a cell runs."""

from typing import Any


def hear_beside_cells(widget: Any) -> None:
    """Let Python hear of a press on `widget` at once, on another thread, though a cell runs.

    JupyterLab sends presses to a subshell of the kernel. ipykernel 7.4 hands them back to the shell that drew
    the widget, which is the cell's; this leaves them where they were sent. Where there are no subshells, a
    press is heard when the cell is over.
    """
    if widget.comm is not None:
        widget.comm._reply_subshell_for = lambda _data, sent_to: sent_to
