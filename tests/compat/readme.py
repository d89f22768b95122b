"""The table of counts in tests/README.md."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .exclusions import KINDS

__all__ = ["README", "write"]

README: Final = Path(__file__).parents[1] / "README.md"
COLUMNS: Final = ("passed", *KINDS, "skipped", "failed")


def write(suite: str, counts: Mapping[str, int], version: str) -> None:
    """Put a suite's counts into its line of the table."""
    lines = README.read_text().splitlines()
    begin = f"| `test_{suite}` |"
    cells = [str(counts.get(column, 0)) for column in COLUMNS]
    line = f"{begin} {version} | {' | '.join(cells)} |"
    README.write_text("\n".join(line if row.startswith(begin) else row for row in lines) + "\n")
