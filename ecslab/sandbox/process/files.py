"""What lies beside a sandbox's state while its process runs, in `<home>/sandbox`.

`server.json`: where it listens, while it runs. `ports.json`: where it listened last, so that links stay good.
`server.log`. `running.lock`: held while it runs. `start.lock`: held by its starter.
"""

import json
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from ecslab.sandbox.endpoint import Endpoint
from ecslab.sandbox.wire import credentials

POLL: Final = 0.02  # seconds between two looks at a lock


def folder_of(home: Path) -> Path:
    """Where the state of the sandbox of `home` lies."""
    return home.expanduser().absolute() / "sandbox"


def running_lock(folder: Path) -> FileLock:
    """The lock that a process holds while it runs."""
    return FileLock(folder / "running.lock", poll_interval=POLL)


def take(lock: FileLock, seconds: float) -> bool:
    """Take a lock, waiting at most so long; whether that succeeded."""
    try:
        lock.acquire(seconds)
    except Timeout:
        return False
    return True


def log_tail(folder: Path, lines: int = 12) -> str:
    """The last lines of its log, indented."""
    try:
        text = (folder / "server.log").read_text("utf-8", "replace")
    except OSError:
        return "    (there is none)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (it is empty)"


def noted(folder: Path) -> dict[str, Any]:
    """What a sandbox that runs says of itself; nothing where none does, or where it cannot be read."""
    try:
        content = json.loads((folder / "server.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def noted_endpoint(folder: Path) -> Endpoint | None:
    """How to reach the sandbox that says it runs; None where none does."""
    try:
        where = noted(folder)
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
