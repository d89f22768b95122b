"""The embedded runtime: every container is a small program in this process, without threads, sockets or
processes.

What it runs is listed in `programs`. Anything else ends with exit code 127, the code a shell gives for a
command it cannot find, and a log line that names the limit as the sandbox's own.
"""

from collections.abc import Callable
from typing import Any, Final

from ecslab.sandbox.runtime import ContainerSpec, Host
from ecslab.sandbox.runtime.http import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.job import Command, Job
from ecslab.sandbox.runtime.process import Files, Process

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class EmbeddedRuntime:
    """Runs containers as programs in this process."""

    def start(self, spec: ContainerSpec, host: Host) -> "EmbeddedContainer":
        """Start a container; its program begins at the host's next clock event."""
        return EmbeddedContainer(spec, host)


class EmbeddedContainer(Job):
    """One container and the program in it."""

    __slots__ = ()

    def __init__(self, spec: ContainerSpec, host: Host):
        config = image_config(spec)
        directory = spec.working_directory or config.get("WorkingDir") or "/"
        super().__init__(
            Process(
                argv=combined_command(spec),
                environment=combined_environment(spec),
                files=Files(spec.image.rootfs(), directory, spec.mounts, spec.read_only),
                host=host,
                spec=spec,
            )
        )
        self._timer = host.after(0.0, self.advance)

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
            self.fail(error)
            raise ConnectionResetError(f"the program ended while it answered: {error}") from error

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> Command:
        command = Command(self._process, argv, done)
        command.advance()
        return command

    def signal(self, name: str) -> None:
        if self._run is None:
            return
        if name == "KILL":
            self.finish(137)
        elif self._process.on_term is not None:
            if self._timer:
                self._timer.cancel()
            self._run = self._process.on_term()
            self._process.on_term = None
            self.advance()

    def ended(self, code: int, reason: str | None) -> None:
        self._process.ports.clear()
        self._process.host.exited(code, reason)


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
