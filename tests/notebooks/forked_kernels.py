"""Kernels that need not import anything first: each is a fork of one process that has.

A kernel's start is more than a second of imports, and a run of the notebooks starts dozens. What a kernel
does with its notebook is the same: a process of its own, spoken to as every kernel, killed at the end.
"""

import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

NAME = "forked"
ROOT = Path(__file__).parents[2]
LAUNCHER = "ipykernel_launcher"


def take() -> None:
    """Let every kernel that this process starts from now on be a fork, if this machine can."""
    if hasattr(os, "fork"):
        factory = KernelProvisionerFactory.instance()
        factory.provisioners[NAME] = SimpleNamespace(load=lambda: ForkedProvisioner)
        factory.default_provisioner_name = NAME


class Process:
    """A process of somebody else, as far as `LocalProvisioner` asks for a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs; its parent reaps it at once."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class ForkedProvisioner(LocalProvisioner):
    """Asks the parent of all kernels for another."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        connection = cmd[cmd.index(LAUNCHER) + 1 :]
        self.cwd = settings.get("cwd") or Path.cwd()
        quiet = settings.get("stderr") is not None
        request = {"arguments": connection, "cwd": str(self.cwd), "env": settings["env"], "quiet": quiet}
        self.pid = self.pgid = _parent().fork(request)
        self.process = Process(self.pid)
        return self.connection_info


class Parent:
    """The process that kernels are forks of; it ends when its end of the socket pair is closed."""

    def __init__(self) -> None:
        here, there = socket.socketpair()
        with there:
            command = [sys.executable, "-m", __name__, str(there.fileno())]
            self.process = subprocess.Popen(
                command, cwd=ROOT, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL
            )
        self._asks, self._answers = here, here.makefile("r")

    def fork(self, request: dict[str, Any]) -> int:
        """The id of a new process."""
        self._asks.sendall(json.dumps(request).encode() + b"\n")
        return int(self._answers.readline())


_parents: list[Parent] = []


def _parent() -> Parent:
    if not _parents:
        _parents.append(Parent())
    return _parents[0]


def serve(descriptor: int) -> None:
    """Import, then fork for each line that is asked."""
    _import()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as answers, answers.makefile("r") as asks:
        for line in asks:
            if not os.fork():
                _be_kernel(json.loads(line), answers)


def _import() -> None:
    """Everything that a kernel of the course comes to, but the sandbox, which is another process."""
    import ecslab

    for module in ("ipykernel.kernelapp", "ipywidgets", "anywidget", "pandas", "boto3"):
        importlib.import_module(module)
    for package in pkgutil.walk_packages(ecslab.__path__, "ecslab."):
        if not package.name.startswith(("ecslab.sandbox", "ecslab.workshop", "ecslab.cli")):
            importlib.import_module(package.name)


def _be_kernel(request: dict[str, Any], answers: socket.socket) -> NoReturn:
    """Be what `python -m ipykernel_launcher` would be in this folder, with this environment."""
    try:
        os.setsid()
        answers.sendall(f"{os.getpid()}\n".encode())
        os.close(answers.detach())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"], JPY_PARENT_PID=str(os.getppid()))
        sys.path[:] = [each for each in sys.path if each not in ("", str(ROOT))]
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        if request["quiet"]:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        from ipykernel import kernelapp

        sys.argv[1:] = request["arguments"]
        kernelapp.launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
