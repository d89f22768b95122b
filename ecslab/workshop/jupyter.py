"""JupyterLab opened on the learner's copy: its settings, its address, and how it is started."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Final

from ecslab.errors import EcslabError
from ecslab.sandbox.lifetime import IDLE_STOP
from ecslab.workshop import jupyter_folders, proxies

FIRST: Final = "00-start.ipynb"
HERE: Final = Path(__file__).parent


def free_port(first: int = 8888, count: int = 50) -> int:
    """The first port from `first` on that nobody listens on at 127.0.0.1.

    Raises:
        EcslabError: none of `count` ports is free.
    """
    for port in range(first, first + count):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise EcslabError(
        f"The ports {first} to {first + count - 1} are all taken. Close a JupyterLab that still runs "
        "(jupyter server list shows them), or name another port: ecslab lab --port 9500"
    )


def can_open_browser() -> bool:
    """False where JupyterLab should print its address only: no desktop, or no browser that shows one."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


LARGE: Final = {"code-font-size": "20px", "content-font-size1": "21px", "ui-font-size1": "17px"}
"""What can be read from the last row; JupyterLab's own sizes are 13, 14 and 13 pixels."""


def large_type(home: Path) -> Path:
    """A folder of JupyterLab settings with large type, under the lab's home.

    JupyterLab takes its font sizes from the user's settings alone; so that those stay as they are, the server
    is given a settings folder of its own.
    """
    folder = home / "large-type"
    file = folder / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    if not file.exists():  # what the instructor changes there stays
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"overrides": LARGE}, indent=1), encoding="utf-8")
    return folder


def environment(settings: Path | None = None, home: Path | None = None) -> dict[str, str]:
    """The environment for the server: this one, with the course's settings and a quicker start.

    Args:
        settings: a folder in place of the user's own JupyterLab settings.
        home: the lab's. Jupyter's own folders are moved there, as far as they cannot be written to.
    """
    env = {**os.environ, **proxies.bypass(os.environ)}
    if home:
        env.update(jupyter_folders.made(home))
    if settings:
        env["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
    folders = {
        "JUPYTER_CONFIG_PATH": HERE / "jupyter",
        "JUPYTER_PATH": HERE / "jupyter_data",  # its kernel loads `kernel_hooks` before the first cell
        "PYTHONPATH": HERE / "quick",
    }
    for variable, folder in folders.items():
        env[variable] = os.pathsep.join(filter(None, [str(folder), env.get(variable)]))
    return env


def command(
    folder: Path, *, port: int, token: str, browser: bool, more: tuple[str, ...] = (), idle: float = IDLE_STOP
) -> list[str]:
    """The command line of JupyterLab on `folder`.

    Args:
        more: JupyterLab's own options, which win.
        idle: seconds without use after which a kernel is ended, whether or not its notebook is open: a tab of
            a browser that somebody left open for good would keep it for good.
    """
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--Application.log_level=WARN",
        f"--MappingKernelManager.cull_idle_timeout={idle:.0f}",
        f"--MappingKernelManager.cull_interval={min(idle / 4, 300):.0f}",
        "--MappingKernelManager.cull_connected=True",
    ]
    if not browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # as in most containers; JupyterLab refuses root unless told
    given = {option.partition("=")[0] for option in more}  # JupyterLab refuses most options that come twice
    options = [option for option in options if option.partition("=")[0] not in given]
    return [sys.executable, "-m", "jupyterlab", *options, *more]


def run(command: list[str], env: dict[str, str] | None = None) -> int:
    """Run JupyterLab until it ends or this process is asked to: by Ctrl-C, a signal, a closed terminal.

    Args:
        command: from `command`.
        env: from `environment`.

    Returns:
        Its exit status; 0 where it was asked to end. Kernels are shut down in either case.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # one that is ignored stays so: nohup means what it says
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    # In a session of its own it does not see Ctrl-C, at which it would ask a question instead of ending.
    # Windows has no sessions: there it sees Ctrl-C, asks nothing, and `terminate` would cut its end short.
    windows = os.name == "nt"
    server = subprocess.Popen(
        command, env=environment() if env is None else env, start_new_session=not windows
    )
    try:
        return _ended(server, 1.0 if windows else None)
    except KeyboardInterrupt:
        if not windows:
            server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        return 0


def _ended(server: "subprocess.Popen[bytes]", every: float | None) -> int:
    """Its exit status, when it has ended. On Windows Ctrl-C is not heard within a wait, only between two."""
    while True:
        try:
            return server.wait(every)
        except subprocess.TimeoutExpired:
            continue


def address(port: int, token: str) -> str:
    """What to open in a browser on this machine."""
    return f"http://127.0.0.1:{port}/lab/tree/{FIRST}?token={token}"


def new_token() -> str:
    """The password of this run's JupyterLab, part of its address."""
    return os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
