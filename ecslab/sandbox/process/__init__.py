"""The sandbox's process, seen from outside: find it, start it on first use, stop it. One for each home.

No moto: every notebook and terminal loads this.
"""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from ecslab import __version__
from ecslab.sandbox.endpoint import Endpoint, SandboxError
from ecslab.sandbox.lifetime import idle_stop
from ecslab.sandbox.process import files, start

__all__ = ["Endpoint", "Outdated", "SandboxError", "ensure", "find", "reset", "stop", "stop_if_for"]

STOP: Final = 15.0
_FRESH: Final = 5.0  # seconds for which the note of a replay, written every second, is that of a living one


def ensure(
    home: Path, *, mode: str | None = None, speed: float | None = None, seed: str | int | None = None,
    timing: str | None = None, eventual: bool | None = None,
) -> Endpoint:  # fmt: skip
    """The sandbox of `home`, started if it does not run.

    Args:
        mode: `paced` or `stepped`; None leaves it as it is (`paced` for a new one).
        speed: virtual seconds in one wall second; None leaves it as it is (10 for a new one).
        seed: decides the ids and durations of a sandbox that is new; one that has a journal keeps its own.
        timing: where durations come from, in one that is new: `drawn` or `fixed`.
        eventual: whether changes are seen late, as on AWS; None leaves it as it is (at once, in a new one).

    Raises:
        SandboxError: it cannot start (the message holds the last lines of its log and the next step), or
            ECSLAB_IDLE_STOP is no duration.
    """
    idle_stop()
    running = find(home)
    if isinstance(running, Endpoint):
        return _in_step(running, mode, speed, eventual)
    with start.starting(home):
        running = find(home)
        if isinstance(running, Endpoint):
            return _in_step(running, mode, speed, eventual)
        notices = []
        if running is not None:
            stop(home)
            notices.append(running.sentence)
        late = None if eventual is None else "on" if eventual else "off"
        options = {"mode": mode, "speed": speed, "seed": seed, "timing": timing, "eventual": late}
        endpoint = start.spawn(home, options)
        return replace(endpoint, notices=(*notices, *endpoint.control("status")["notices"]))


class Outdated:
    """What `find` gives for a sandbox of another version than this one."""

    def __init__(self, version: str):
        self.sentence = (
            f"The sandbox that ran was of ecslab {version}; this is {__version__}, so it was started again. "
            "Everything in it was kept."
        )


def find(home: Path) -> Endpoint | Outdated | None:
    """The sandbox of `home` if it runs and answers; None if not."""
    folder = files.folder_of(home)
    endpoint = files.noted_endpoint(folder)
    if endpoint is None:
        return None
    try:
        status = endpoint.control("status")
    except (OSError, ValueError, SandboxError):
        return None  # nobody there, or somebody else on that port
    if Path(status["home"]) != folder.parent or status["pid"] != endpoint.pid:
        return None
    version = status["version"]
    return endpoint if version == __version__ else Outdated(version)


def stop(home: Path) -> bool:
    """Stop the sandbox of `home`, nothing lost; whether there was one.

    Raises:
        SandboxError: it runs but does not stop.
    """
    folder = files.folder_of(home)
    endpoint = files.noted_endpoint(folder)
    lock = files.running_lock(folder)
    if not folder.exists():
        return False
    if files.take(lock, 0):
        lock.release()
        return False
    try:
        if endpoint is not None:
            endpoint.control("shutdown")
    except (OSError, ValueError, SandboxError):
        pass  # then it may still be on its way out
    if not files.take(lock, STOP):
        pid = endpoint.pid if endpoint else "unknown"
        raise SandboxError(
            f"the sandbox (process {pid}) does not stop.\n  next: end that process, and start again"
        )
    lock.release()
    return True


def stop_if_for(home: Path, whom: str) -> bool:
    """Stop the sandbox of `home` if it was started for `whom`, by the variable `STARTED_FOR`; whether it was.

    Raises:
        SandboxError: it runs but does not stop.
    """
    return files.noted(files.folder_of(home)).get("for") == whom and stop(home)


def reset(home: Path) -> None:
    """Forget everything that was made in the sandbox of `home`, whether it runs or not; nothing is replayed.

    Raises:
        SandboxError: its process neither answers nor ends.
    """
    running, folder = find(home), files.folder_of(home)
    if isinstance(running, Endpoint):
        running.control("reset")
        return
    if not folder.exists():
        return
    from ecslab.sandbox.journal.journal import Journal  # whoever connects has no use for it

    lock = files.running_lock(folder)
    if not files.take(lock, 0):
        if not _end_replay(folder):
            stop(home)
        if not files.take(lock, STOP):
            raise SandboxError("the sandbox's process does not end.\n  next: end it, and reset again")
    try:
        Journal.erase(folder)
        (folder / "server.json").unlink(missing_ok=True)
    finally:
        lock.release()


def _end_replay(folder: Path) -> bool:
    """End a process that is replaying at this moment, which hears no other call; whether there was one."""
    from ecslab.sandbox.journal.journal import REPLAYING

    try:
        noted = folder / REPLAYING
        pid, age = int(json.loads(noted.read_text("utf-8"))["pid"]), time.time() - noted.stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not 0 <= age < _FRESH:
        return False  # of a process that has ended; its number may be another's now
    os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    return True


def _in_step(endpoint: Endpoint, mode: str | None, speed: float | None, eventual: bool | None) -> Endpoint:
    if eventual is not None:
        endpoint.control("eventual", on=eventual)
    if mode is not None or speed is not None:
        clock = endpoint.control("status")["clock"]
        wanted = {"mode": mode or clock["mode"], "speed": clock["speed"] if speed is None else speed}
        if wanted != {"mode": clock["mode"], "speed": clock["speed"]}:
            endpoint.control("clock", **wanted)
    return endpoint
