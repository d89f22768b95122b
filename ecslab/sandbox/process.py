"""The sandbox's process, seen from outside: find it, start it on first use, stop it. One for each home.

No moto: every notebook and terminal loads this. What lies in `<home>/sandbox`
beside its state: `server.json` (where it listens, while it runs), `ports.json` (where it listened last, so
that links stay good), `server.log`, `running.lock` (held while it runs), `start.lock` (held by its starter).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from ecslab import __version__
from ecslab.sandbox.endpoint import Endpoint, SandboxError
from ecslab.sandbox.lifetime import idle_stop
from ecslab.sandbox.wire import credentials

__all__ = [
    "Endpoint", "SandboxError", "ensure", "find", "folder_of", "log_tail", "reset", "stop", "stop_if_for",
]  # fmt: skip

START: Final = 120.0  # seconds after which a start has failed; a long journal takes some to replay
STOP: Final = 15.0
_FRESH: Final = 5.0  # seconds for which the note of a replay, written every second, is that of a living one
_POLL: Final = 0.02  # seconds between two looks at a lock
_LOG_MAX: Final = 1 << 20
_DETACHED: Final = 0x00000008 | 0x00000200 if os.name == "nt" else 0
"""DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP of Windows."""


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
    with _starting(home):
        running = find(home)
        if isinstance(running, Endpoint):
            return _in_step(running, mode, speed, eventual)
        notices = []
        if running is not None:
            stop(home)
            notices.append(running.sentence)
        late = None if eventual is None else "on" if eventual else "off"
        options = {"mode": mode, "speed": speed, "seed": seed, "timing": timing, "eventual": late}
        endpoint = _spawn(home, options)
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
    folder = folder_of(home)
    endpoint = _noted_endpoint(folder)
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
    folder = folder_of(home)
    endpoint = _noted_endpoint(folder)
    lock = FileLock(folder / "running.lock", poll_interval=_POLL)
    if not folder.exists():
        return False
    if _taken(lock, 0):
        lock.release()
        return False
    try:
        if endpoint is not None:
            endpoint.control("shutdown")
    except (OSError, ValueError, SandboxError):
        pass  # then it may still be on its way out
    if not _taken(lock, STOP):
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
    return _noted(folder_of(home)).get("for") == whom and stop(home)


def reset(home: Path) -> None:
    """Forget everything that was made in the sandbox of `home`, whether it runs or not; nothing is replayed.

    Raises:
        SandboxError: its process neither answers nor ends.
    """
    running, folder = find(home), folder_of(home)
    if isinstance(running, Endpoint):
        running.control("reset")
        return
    if not folder.exists():
        return
    from ecslab.sandbox.journal.journal import Journal  # whoever connects has no use for it

    lock = FileLock(folder / "running.lock", poll_interval=_POLL)
    if not _taken(lock, 0):
        if not _end_replay(folder):
            stop(home)
        if not _taken(lock, STOP):
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


def folder_of(home: Path) -> Path:
    """Where the state of the sandbox of `home` lies."""
    return home.expanduser().absolute() / "sandbox"


def log_tail(folder: Path, lines: int = 12) -> str:
    """The last lines of its log, indented."""
    try:
        text = (folder / "server.log").read_text("utf-8", "replace")
    except OSError:
        return "    (there is none)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (it is empty)"


def _noted(folder: Path) -> dict[str, Any]:
    """What a sandbox that runs says of itself; nothing where none does, or where it cannot be read."""
    try:
        noted = json.loads((folder / "server.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _noted_endpoint(folder: Path) -> Endpoint | None:
    try:
        where = _noted(folder)
        keys = credentials.read(folder)
        return Endpoint(
            url=f"http://127.0.0.1:{int(where['port'])}", access_key=keys.access_key,
            secret_key=keys.secret_key, region=credentials.REGION, account=credentials.ACCOUNT,
            gateway_url=f"http://127.0.0.1:{int(where['gateway_port'])}",
            gateway_port=int(where["gateway_port"]), gateway_secret=keys.gateway_secret,
            pid=int(where["pid"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _in_step(endpoint: Endpoint, mode: str | None, speed: float | None, eventual: bool | None) -> Endpoint:
    if eventual is not None:
        endpoint.control("eventual", on=eventual)
    if mode is not None or speed is not None:
        clock = endpoint.control("status")["clock"]
        wanted = {"mode": mode or clock["mode"], "speed": clock["speed"] if speed is None else speed}
        if wanted != {"mode": clock["mode"], "speed": clock["speed"]}:
            endpoint.control("clock", **wanted)
    return endpoint


@contextmanager
def _starting(home: Path) -> Iterator[None]:
    folder = folder_of(home)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / "start.lock", START, poll_interval=_POLL):
            yield
    except Timeout:
        raise SandboxError(
            f"another process has been starting the sandbox of {home} for {START:.0f} s.\n"
            f"  next: look at {folder / 'server.log'}, and try again"
        ) from None
    except OSError as problem:
        raise SandboxError(
            f"the sandbox cannot keep its state in {folder}: {problem.strerror or problem}.\n"
            "  next: make room or rights there, or set ECSLAB_HOME to another folder"
        ) from None


def _taken(lock: FileLock, seconds: float) -> bool:
    """Take a lock, waiting at most so long; whether that succeeded."""
    try:
        lock.acquire(seconds)
    except Timeout:
        return False
    return True


def _spawn(home: Path, options: Mapping[str, str | float | None]) -> Endpoint:
    folder = folder_of(home)
    # UTF-8 whatever the locale: its log is read by us, who cannot know in which locale it was started.
    command = [sys.executable, "-X", "utf8", "-P", "-m", "ecslab.sandbox", "--home", str(folder.parent)]
    for name, value in {**options, "idle-stop": idle_stop()}.items():
        command += [] if value is None else [f"--{name}", str(value)]
    log = folder / "server.log"
    how = "wb" if log.exists() and log.stat().st_size > _LOG_MAX else "ab"
    with log.open(how) as stderr:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=stderr, start_new_session=os.name != "nt", creationflags=_DETACHED,
        )  # fmt: skip
    assert process.stdout is not None
    late = threading.Timer(START, process.kill)
    late.start()
    try:
        ready = process.stdout.readline()
    finally:
        late.cancel()
        process.stdout.close()
    endpoint = _noted_endpoint(folder) if ready.strip() == b"ready" else None  # Windows ends lines in \r\n
    if endpoint is None:
        raise SandboxError(_failed(folder, _ended(process), ready.decode("utf-8", "replace").strip()))
    process.returncode = 0  # it goes on without us: no warning when this object is dropped
    return endpoint


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that could not start; one that does not end by itself is ended."""
    try:
        return process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _environment() -> dict[str, str]:
    """Ours without what is meant for real AWS or for moto: the sandbox reads neither."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}


def _failed(folder: Path, code: int, told: str) -> str:
    seen = f"  seen: it {told}\n" if told.startswith("cannot go on") else ""
    return (
        f"the sandbox could not start (exit code {code}).\n{seen}"
        f"  the end of {folder / 'server.log'}:\n{log_tail(folder)}\n"
        "  next: put right what it says, or set ECSLAB_HOME to another folder to start afresh"
    )
