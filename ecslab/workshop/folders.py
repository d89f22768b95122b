"""Folders in which something must be kept: whether that works is tried, and nothing of the trial stays."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

from ecslab.errors import EcslabError

_STATE: Final = ("", "sandbox", "lab")
"""Where the lab keeps something, below its home."""


def obstacle(folder: Path) -> str | None:
    """Why no file can be kept in `folder`, which may have to be made for it; None if one can."""
    made: list[Path] = []
    try:
        for part in reversed([folder, *folder.parents]):
            if not part.exists():
                part.mkdir()
                made.append(part)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a full disk says so when it is made to keep something")
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return problem.strerror or str(problem)
    finally:
        for part in reversed(made):
            with contextlib.suppress(OSError):
                part.rmdir()
    return None


def state_obstacle(home: Path) -> str | None:
    """Why the lab cannot keep its state in `home`, with the folder to blame; None if it can."""
    for name in _STATE:
        folder = home / name
        if (folder.exists() or not name) and (problem := obstacle(folder)):
            return f"{folder}: {problem}"
    return None


def require_state(home: Path) -> None:
    """Let pass a home in which the lab can keep its state.

    Raises:
        EcslabError: it cannot; which folder, why, and what to do.
    """
    if problem := state_obstacle(home.expanduser().absolute()):
        raise EcslabError(
            f"The lab cannot keep its state in {problem}. "
            "Name a folder that you may write to: ECSLAB_HOME=/path/to/folder ecslab lab"
        )
