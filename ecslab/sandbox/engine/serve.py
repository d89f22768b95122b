"""A sandbox as a process: it takes its home's lock, listens on two ports, and ends when it is told to.

It prints `ready` when it listens. It ends on SIGTERM or SIGINT, on the control call `shutdown`, or when
nobody asked anything for hours; the journal brings everything back.
"""

import argparse
import contextlib
import errno
import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from ecslab import __version__
from ecslab.sandbox import whole_file
from ecslab.sandbox.engine import listen, warmup
from ecslab.sandbox.engine.pace import MODES
from ecslab.sandbox.engine.replay_watch import Progress
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.record import UnknownFormat
from ecslab.sandbox.lifetime import IDLE_STOP, STARTED_FOR
from ecslab.sandbox.world.time.durations import DEFAULT, MODELS

ALREADY: Final = 3  # exit code: another process has this home
STUCK: Final = 4  # exit code: the journal's replay makes no progress
GARBAGE: Final = 20_000, 20, 10
"""After how many new objects garbage is looked for. Imports and a world make hundreds of thousands that stay;
by Python's own numbers a fifth of all time goes into looking through them."""


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox of one home until it is told to stop; the exit code."""
    gc.set_threshold(*GARBAGE)
    options = _parser().parse_args(arguments)
    folder = options.home.absolute() / "sandbox"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / "running.lock", blocking=False):
            return _run(options, folder)
    except Timeout:
        _log(f"another process runs the sandbox of {options.home} already")
        return ALREADY
    except (OSError, UnknownFormat, ValueError) as problem:
        sentence = f"cannot go on: {_told(problem)}"
        _log(sentence)
        with contextlib.suppress(OSError):  # the log may be what there is no room for
            sys.stdout.write(f"{sentence}\n")
            sys.stdout.flush()
        return 1


def _told(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"there is no room left on the disk ({problem}); make room, and start again"
    if isinstance(problem, OSError) and problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"its folder cannot be written to ({problem}); set ECSLAB_HOME to another one"
    return str(problem)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ecslab.sandbox")
    parser.add_argument("--home", type=Path, required=True, help="the folder that keeps everything")
    parser.add_argument("--mode", choices=MODES, default=None)
    parser.add_argument("--speed", type=float, default=None, help="virtual seconds in one wall second")
    parser.add_argument("--seed", default=None)
    parser.add_argument("--timing", choices=MODELS, default=DEFAULT, help="durations of a new sandbox")
    parser.add_argument("--eventual", choices=("on", "off"), default=None, help="are changes seen late?")
    parser.add_argument("--idle-stop", type=float, default=IDLE_STOP, metavar="SECONDS")
    return parser


def _run(options: argparse.Namespace, folder: Path) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())
    began = time.perf_counter()
    sandbox = Sandbox(folder.parent, seed=options.seed, mode=options.mode, speed=options.speed,
                      timing=options.timing, give_up=_give_up,
                      eventual=options.eventual and options.eventual == "on")  # fmt: skip
    sandbox.on_shutdown = stop.set
    _note_how_it_ended(sandbox, folder)
    try:
        listeners = _listen(sandbox, folder)
    except OSError:
        (folder / "server.json").unlink(missing_ok=True)
        raise
    seconds = time.perf_counter() - began
    _log(f"listening on {' and '.join(each.url for each in listeners)}, {seconds:.2f} s after the start")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _detach_output()
    warmup.begin(sandbox, stop)
    while not stop.wait(timeout=min(60.0, options.idle_stop)):
        if time.monotonic() - sandbox.timekeeper.asked >= options.idle_stop:
            _log("nobody asked anything for long, so it stops; the next use starts it again")
            break
    for listener in listeners:
        listener.stop()
    sandbox.close()
    (folder / "server.json").unlink(missing_ok=True)
    _log("stopped")
    return 0


def _give_up(stuck: Progress) -> None:
    """End a start that will hardly come to its end; nothing but a signal of the kernel's ends its loop."""
    _log(
        f"record {stuck.position} of the journal did not return in {stuck.seconds:.0f} s, so this start "
        "ends; the next one sets the journal aside"
    )
    os._exit(STUCK)


def _note_how_it_ended(sandbox: Sandbox, folder: Path) -> None:
    if (folder / "server.json").exists():
        sandbox.notices.append(
            "The sandbox had ended without being stopped (killed, or the machine went down). "
            "Everything made in it was found again."
        )


def _listen(sandbox: Sandbox, folder: Path) -> tuple[listen.Listener, listen.Listener]:
    """Listen on the ports of the last time, if they are free."""
    before = _read(folder / "ports.json")
    api = listen.api_port(sandbox, int(before.get("port", 0)))
    gateway = listen.gateway_port(sandbox, int(before.get("gateway_port", 0)))
    ports = {"port": api.port, "gateway_port": gateway.port}
    if before and ports != {name: before.get(name) for name in ports}:
        sandbox.notices.append(
            "Another program has taken the sandbox's port, so it listens on a new one: "
            'run eval "$(ecslab env)" again in open terminals, and the cells that showed links.'
        )
    sandbox.addresses = {"url": gateway.url, "port": gateway.port}
    sandbox.api_url = api.url
    _publish(folder, ports, sandbox.started)
    api.start()
    gateway.start()
    return api, gateway


def _publish(folder: Path, ports: dict[str, int], started: float) -> None:
    """Say where it listens: in `server.json` for whoever looks, in `ports.json` for the next start."""
    _write(folder / "ports.json", ports)
    lab = os.environ.get(STARTED_FOR, "")
    about = {"pid": os.getpid(), "version": __version__, "started": started, "for": lab}
    _write(folder / "server.json", {**about, **ports})


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: Path, content: Mapping[str, object]) -> None:
    whole_file.write(path, json.dumps(content).encode())


def _detach_output() -> None:
    """From here on standard output goes where errors go: nobody reads the pipe any more."""
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _log(sentence: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {sentence}\n")
        sys.stderr.flush()
