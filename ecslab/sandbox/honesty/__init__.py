"""What the sandbox does as AWS does it, what it simplifies, what it only pretends, and what it leaves out.

Tests read this table; each notebook shows the lines of its stage. Durations come from the table that the
tasks run by.
"""

from dataclasses import asdict
from typing import Any, Final

from ecslab.sandbox.honesty import account, services, tasks
from ecslab.sandbox.honesty.line import Kind, Line

__all__ = ["LINES", "Kind", "Line", "rows"]

LINES: Final[tuple[Line, ...]] = (*account.LINES, *tasks.LINES, *services.LINES)


def rows() -> list[dict[str, Any]]:
    """The table as JSON takes it."""
    return [asdict(line) for line in LINES]
