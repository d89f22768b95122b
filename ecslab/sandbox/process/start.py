"""Starting a sandbox's process, by one starter at a time, and what is said if it cannot start."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ecslab.sandbox.endpoint import Endpoint, SandboxError
from ecslab.sandbox.lifetime import idle_stop
from ecslab.sandbox.process import files

START: Final = 120.0  # seconds after which a start has failed; a long journal takes some to replay
_END: Final = 15.0  # seconds for which one that could not start may take to end
_LOG_MAX: Final = 1 << 20
_DETACHED: Final = 0x00000008 | 0x00000200 if os.name == "nt" else 0
"""DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP of Windows."""


@contextmanager
def starting(home: Path) -> Iterator[None]:
    """Within this, nobody else starts the sandbox of `home`."""
    folder = files.folder_of(home)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / "start.lock", START, poll_interval=files.POLL):
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


def spawn(home: Path, options: Mapping[str, str | float | None]) -> Endpoint:
    """Start the process of `home`, and wait until it listens; SandboxError if it cannot."""
    folder = files.folder_of(home)
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
    listens = ready.strip() == b"ready"  # Windows ends lines in \r\n
    endpoint = files.noted_endpoint(folder) if listens else None
    if endpoint is None:
        told = ready.decode("utf-8", "replace").strip()
        raise SandboxError(_failed(folder, _ended(process), told))
    process.returncode = 0  # it goes on without us: no warning when this object is dropped
    return endpoint


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that could not start; one that does not end by itself is ended."""
    try:
        return process.wait(_END)
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
        f"  the end of {folder / 'server.log'}:\n{files.log_tail(folder)}\n"
        "  next: put right what it says, or set ECSLAB_HOME to another folder to start afresh"
    )
