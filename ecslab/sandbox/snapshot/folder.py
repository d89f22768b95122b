"""Which files in a sandbox's folder are snapshots: all that is known of them where there are none."""

from pathlib import Path
from typing import Final

NAMES: Final = ("snapshot.bin", "snapshot-before.bin")
"""The latest, and the one before it: whoever goes back a few steps finds that still good."""


def forget(folder: Path) -> None:
    """Remove the snapshots of a folder."""
    for name in NAMES:
        (folder / name).unlink(missing_ok=True)
