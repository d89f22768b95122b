"""Small files that are there as a whole or not at all, and that only their owner reads."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`; what was there is replaced at once.

    Raises:
        OSError: there is no room, or no leave; what was there is as it was, and nothing is left beside it.
    """
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
