"""The embedded runtime: every container is a small program in this process, without threads, sockets or
processes.

What it runs is listed in `programs`. Anything else ends with exit code 127, the code a shell gives for a
command it cannot find, and a log line that names the limit as the sandbox's own.
"""

import math
from typing import Any, Final

from ecslab.sandbox.runtime import Cancellable, ContainerSpec, Host
from ecslab.sandbox.runtime.http import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.process import Files, OutOfMemory, Process, Run, SandboxLimit
from ecslab.sandbox.runtime.programs import run

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OUT_OF_MEMORY: Final = "OutOfMemoryError: container killed due to memory usage"
PLATFORM: Final = {"X86_64": "amd64", "ARM64": "arm64"}
EXEC_FORMAT_EXIT: Final = 255  # U: 255 or 1; no capture shows it


class EmbeddedRuntime:
    """Runs containers as programs in this process."""

    def start(self, spec: ContainerSpec, host: Host) -> "EmbeddedContainer":
        """Start a container; its program begins at the host's next clock event."""
        return EmbeddedContainer(spec, host)


class EmbeddedContainer:
    """One container and the program in it."""

    def __init__(self, spec: ContainerSpec, host: Host):
        config = image_config(spec)
        directory = spec.working_directory or config.get("WorkingDir") or "/"
        self._host = host
        self._process = Process(
            argv=combined_command(spec),
            environment=combined_environment(spec),
            files=Files(spec.image.rootfs(), directory),
            host=host,
            spec=spec,
        )
        self._run: Run | None = begin(self._process)
        self._timer: Cancellable = host.after(0.0, self._advance)

    @property
    def listening(self) -> frozenset[int]:
        return frozenset(self._process.ports)

    def request(self, request: HttpRequest, port: int = 80) -> HttpResponse:
        handler = self._process.ports.get(port)
        if handler is None:
            raise ConnectionRefusedError(f"nothing listens on port {port}")
        try:
            return handler(request)
        except Exception as error:
            self._fail(error)
            raise ConnectionResetError(f"the program ended while it answered: {error}") from error

    def signal(self, name: str) -> None:
        if self._run is None:
            return
        if name == "KILL":
            self._finish(137)
        elif self._process.on_term is not None:
            self._timer.cancel()
            self._run = self._process.on_term()
            self._process.on_term = None
            self._advance()

    def _advance(self) -> None:
        if self._run is None:
            return
        try:
            delay = next(self._run)
        except StopIteration as end:
            self._finish(int(end.value))
        except OutOfMemory:
            self._finish(137, OUT_OF_MEMORY)
        except SandboxLimit as limit:
            self._process.log(f"ecslab sandbox: {limit}")
            self._finish(127)
        except Exception as error:
            self._fail(error)
        else:
            if delay != math.inf:
                self._timer = self._host.after(delay, self._advance)

    def _fail(self, error: Exception) -> None:
        self._process.log(f"{type(error).__name__}: {error}")
        self._finish(1)

    def _finish(self, code: int, reason: str | None = None) -> None:
        if self._run is None:
            return
        self._run = None
        self._timer.cancel()
        self._process.ports.clear()
        self._host.exited(code, reason)


def begin(process: Process) -> Run:
    """The program of a container, or the kernel's refusal of one built for another processor."""
    wanted = PLATFORM.get(process.spec.architecture, process.spec.architecture)
    if process.argv and process.spec.image.architecture != wanted:
        process.log(f"exec {process.argv[0]}: exec format error")
        return EXEC_FORMAT_EXIT
    return (yield from run(process))


def image_config(spec: ContainerSpec) -> dict[str, Any]:
    """The part of the image's configuration that says how to run it."""
    found: dict[str, Any] = spec.image.config.get("config") or {}
    return found


def combined_command(spec: ContainerSpec) -> list[str]:
    """What runs, as Docker combines it: an entry point of the definition sets the image's command aside
    too.
    """
    config = image_config(spec)
    if spec.entry_point:
        return [*spec.entry_point, *(spec.command or [])]
    return [*(config.get("Entrypoint") or []), *(spec.command or config.get("Cmd") or [])]


def combined_environment(spec: ContainerSpec) -> dict[str, str]:
    """PATH and HOSTNAME, the image's variables, then the definition's."""
    base = {"PATH": PATH, "HOSTNAME": f"ip-{spec.task_id[:8]}", "HOME": "/root"}
    image = dict(entry.split("=", 1) for entry in image_config(spec).get("Env") or [] if "=" in entry)
    return {**base, **image, **spec.environment}
