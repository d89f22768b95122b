"""Notes, while a journal is replayed, how far it came: the next start reads where the one before was stuck.

The note counts wall time. It decides whether a start goes on, and nothing in the account.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from ecslab import __version__
from ecslab.sandbox import whole_file
from ecslab.sandbox.journal.journal import REPLAYING

STUCK: Final = 60.0
"""Wall seconds at one record after which a start that ended there is not tried again."""
GIVE_UP: Final = 100.0
"""Wall seconds at one record after which a start ends; whoever waits for it gives up at 120."""
_EVERY: Final = 1.0


@dataclass(frozen=True)
class Progress:
    """How far a start came: the record it was at (from 1), and for how many seconds."""

    pid: int
    position: int
    seconds: float
    version: str = __version__


def left_behind(folder: Path | None) -> Progress | None:
    """What a start that never came to the end of its replay noted; None if there was none."""
    if folder is None:
        return None
    try:
        noted = json.loads((folder / REPLAYING).read_text("utf-8"))
        progress = Progress(int(noted["pid"]), int(noted["position"]), float(noted["seconds"]))
        return progress if noted["version"] == __version__ else None  # another may do better
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def watched(
    folder: Path | None, position: Callable[[], int], give_up: Callable[[Progress], None] | None = None
) -> Iterator[None]:
    """Within this, note every second how far a replay came.

    Args:
        folder: where the note lies; None notes nothing.
        position: the record that is replayed now.
        give_up: called once when the replay was at one record for `GIVE_UP` seconds.
    """
    if folder is None:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_watch, args=(folder, position, give_up, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    (folder / REPLAYING).unlink(missing_ok=True)  # only at the end: a failure leaves the note


def _watch(
    folder: Path,
    position: Callable[[], int],
    give_up: Callable[[Progress], None] | None,
    done: threading.Event,
) -> None:
    at, since = position(), time.monotonic()
    while not done.wait(_EVERY):
        if position() != at:
            at, since = position(), time.monotonic()
        progress = Progress(os.getpid(), at, time.monotonic() - since)
        with contextlib.suppress(OSError):
            whole_file.write(folder / REPLAYING, json.dumps(asdict(progress)).encode())
        if give_up and progress.seconds >= GIVE_UP:
            give_up(progress)
            return
