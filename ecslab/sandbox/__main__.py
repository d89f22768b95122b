"""The sandbox's own process: `python -m ecslab.sandbox --home FOLDER`. `process.ensure` starts it.

It prints `ready` when it listens. It ends on SIGTERM, on the control call `shutdown`, or when nobody asked
anything for hours; the journal brings everything back.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

from ecslab import __version__
from ecslab.sandbox._lock import Lock
from ecslab.sandbox.server.pace import MODES

IDLE_STOP: Final = 4 * 3600.0  # seconds without a request after which the process ends
ALREADY: Final = 3  # exit code: another process has this home


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox of one home until it is told to stop."""
    options = _parser().parse_args(arguments)
    folder = options.home.absolute() / "sandbox"
    lock = Lock(folder / "running.lock")
    if not lock.take():
        _log(f"another process runs the sandbox of {options.home} already")
        return ALREADY
    try:
        return _run(options, folder)
    except OSError as problem:
        _log(f"cannot go on: {problem}")
        return 1
    finally:
        lock.give_back()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ecslab.sandbox")
    parser.add_argument("--home", type=Path, required=True, help="the folder that keeps everything")
    parser.add_argument("--mode", choices=MODES, default=None)
    parser.add_argument("--speed", type=float, default=None, help="virtual seconds in one wall second")
    parser.add_argument("--seed", default=None)
    parser.add_argument("--idle-stop", type=float, default=IDLE_STOP, metavar="SECONDS")
    return parser


def _run(options: argparse.Namespace, folder: Path) -> int:
    from ecslab.sandbox.sandbox import Sandbox
    from ecslab.sandbox.server import listen, warming

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: _ask(stop, _signal, _frame))
    began = time.perf_counter()
    sandbox = Sandbox(folder.parent, seed=options.seed, mode=options.mode, speed=options.speed)
    sandbox.on_shutdown = stop.set
    _note_how_it_ended(sandbox, folder)
    ports = _read(folder / "ports.json")
    doors = [
        listen.Listener(listen.api(sandbox), int(ports.get("port", 0))),
        listen.Listener(listen.gateway(sandbox), int(ports.get("gateway_port", 0)), proxy=True),
    ]
    _publish(sandbox, folder, ports, *doors)
    for door in doors:
        door.start()
    _log(
        f"listening on {doors[0].url} and {doors[1].url}, {time.perf_counter() - began:.2f} s after the start"
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _detach_output()
    warming.begin(sandbox, stop)
    while not stop.wait(timeout=min(60.0, options.idle_stop)):
        if time.monotonic() - sandbox.asked >= options.idle_stop:
            _log("nobody asked anything for long, so it stops; the next use starts it again")
            break
    for door in doors:
        door.stop()
    sandbox.close()
    (folder / "server.json").unlink(missing_ok=True)
    _log("stopped")
    return 0


def _ask(stop: threading.Event, _signal: int, _frame: FrameType | None) -> None:
    stop.set()


def _note_how_it_ended(sandbox: Any, folder: Path) -> None:
    if (folder / "server.json").exists():
        sandbox.notices.append(
            "The sandbox had ended without being stopped (killed, or the machine went down). "
            "Everything made in it was found again."
        )


def _publish(sandbox: Any, folder: Path, before: dict[str, Any], api: Any, gateway: Any) -> None:
    """Say where it listens: in `server.json` for whoever looks, in `ports.json` for the next start."""
    ports = {"port": api.port, "gateway_port": gateway.port}
    if before and ports != {name: before.get(name) for name in ports}:
        sandbox.notices.append(
            "Another program has taken the sandbox's port, so it listens on a new one: "
            'run eval "$(ecslab env)" again in open terminals, and the cells that showed links.'
        )
    sandbox.addresses = {"url": gateway.url, "port": gateway.port}
    _write(folder / "ports.json", ports)
    about = {"pid": os.getpid(), "version": __version__, "started": sandbox.started}
    _write(folder / "server.json", {**about, **ports})


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
    fresh.replace(path)


def _detach_output() -> None:
    """From here on standard output goes where errors go: nobody reads the pipe any more."""
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _log(sentence: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
