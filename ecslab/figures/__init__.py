"""Figures of the course, drawn by the kit: each function gives a `Figure` that shows itself in a notebook."""

from ._anatomy import anatomy, launch
from ._svg import Figure

__all__ = ["Figure", "anatomy", "launch"]
