"""The embedded runtime: every container is a small program in this process, without threads, sockets or
processes.

What it runs is listed in `programs`. Anything else ends with exit code 127, the code a shell gives for a
command it cannot find, and a log line that names the limit as the sandbox's own.
"""

from collections.abc import Callable, Sequence

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime import ContainerSpec, Host
from ecslab.sandbox.runtime.budget import AccountBudget
from ecslab.sandbox.runtime.files import Files
from ecslab.sandbox.runtime.image_config import combined_command, image_config
from ecslab.sandbox.runtime.job import OUT_OF_MEMORY, Command, Job
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import OutOfMemory
from ecslab.sandbox.runtime.programs import RUNS
from ecslab.sandbox.runtime.session import Done, Session
from ecslab.sandbox.runtime.shell.commands import BROUGHT
from ecslab.sandbox.world.time.clock import Leaves


class EmbeddedRuntime:
    """Runs containers as programs in this process.

    Args:
        budget: what all of them may use together.
        every_image_has_all: every program is in every image, as it was once (`world.behaviour`).
    """

    def __init__(self, budget: AccountBudget | None = None, *, every_image_has_all: bool = False):
        self._budget = budget or AccountBudget()
        self._every_image_has_all = every_image_has_all

    def start(self, spec: ContainerSpec, host: Host) -> "EmbeddedContainer":
        """Start a container; its program begins at the host's next clock event."""
        return EmbeddedContainer(spec, host, self._budget, self._every_image_has_all)


class EmbeddedContainer(Job):
    """One container and the program in it."""

    __slots__ = ()

    def __init__(
        self, spec: ContainerSpec, host: Host, account: AccountBudget | None = None, has_all: bool = False
    ):
        config = image_config(spec)
        directory = spec.working_directory or config.get("WorkingDir") or "/"
        budget = (account or AccountBudget()).container(spec.task_id, spec.memory_mib)
        super().__init__(
            Process(
                argv=combined_command(spec),
                files=Files(spec.image.rootfs(), directory, spec.mounts, spec.read_only, budget.disk),
                host=host,
                spec=spec,
                budget=budget,
                has_all=has_all,
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
        except OutOfMemory as error:
            self.finish(137, OUT_OF_MEMORY)
            raise ConnectionResetError("the container was killed while it answered") from error
        except ConnectionError:
            raise  # the program closes the connection, and goes on
        except Exception as error:
            self.fail(error)
            raise ConnectionResetError(f"the program ended while it answered: {error}") from error

    def repeats(self, port: int, period: float) -> Leaves | None:
        handler = self._process.ports.get(port)
        known: Callable[[float], Leaves | None] | None = getattr(handler, "repeats", None)
        return known(period) if known else None

    def alone(self, port: int) -> bool:
        return hasattr(self._process.ports.get(port), "repeats")

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> Command:
        command = Command(self._process, argv, done)
        command.advance()
        return command

    def open_session(self, argv: Sequence[str], show: Callable[[str], None], done: Done) -> Session:
        session = Session(self._process, argv, show, done)
        session.advance()
        return session

    def has(self, program: str) -> bool:
        known = program.rpartition("/")[2] in RUNS
        brought = program.rpartition("/")[2] in BROUGHT
        return self._process.has(program) or (known and not brought)

    def signal(self, name: str) -> None:
        if self._place is None:
            return
        if name == "KILL":
            self.finish(137)
        elif self._process.on_term is not None:
            if self._timer:
                self._timer.cancel()
            self.go_over(self._process.on_term)
            self._process.on_term = None
            self.advance()

    def ended(self, code: int, reason: str | None) -> None:
        self._process.ports.clear()
        self._process.host.exited(code, reason)
