"""Where containers run: the interface between a task's lifecycle and the programs of its containers.

A `Runtime` starts a container for a `Host`. The host lends it time, a log and somebody to tell when it ends;
the container lends the host its ports. The embedded runtime (`embedded.py`) runs small programs in this
process; an engine that runs real containers would be a second runtime behind the same interface.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.pools import Pool
from ecslab.sandbox.world.time.clock import Leaves

__all__ = [
    "Cancellable",
    "ContainerImage",
    "ContainerSpec",
    "Host",
    "HttpRequest",
    "HttpResponse",
    "Mount",
    "OpenSession",
    "RunningCommand",
    "RunningContainer",
    "Runtime",
]


class ContainerImage(Protocol):
    """What a runtime needs of an image: its name, platform, configuration and files."""

    @property
    def reference(self) -> str: ...

    @property
    def architecture(self) -> str:
        """`amd64` or `arm64`, as the image's configuration spells it."""

    @property
    def config(self) -> dict[str, object]:
        """The OCI image configuration, whose `config` holds Entrypoint, Cmd, Env, WorkingDir and
        StopSignal.
        """

    def rootfs(self) -> Mapping[str, bytes]:
        """The files of all layers, by absolute path."""


@dataclass(frozen=True)
class Mount:
    """A volume's files where a container sees them: by their path under `path`. Others may hold them too.

    What is written to it takes up `room`; without one, the container's own.
    """

    path: str
    files: dict[str, bytes]
    read_only: bool = False
    room: Pool | None = None


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container of a task, with the task's overrides already applied.

    `command` and `entry_point` are None where the image's own stand. `memory_mib` is the hard limit in MiB,
    or None. `stop_timeout` is in seconds. `architecture` is the task's: `X86_64` or `ARM64`. `read_only` is
    of the image's own files; each mount says for itself. With `init_process` something else is the first
    process, which passes signals on.
    """

    task_id: str
    name: str
    image: ContainerImage
    command: list[str] | None = None
    entry_point: list[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_mib: int | None = None
    stop_timeout: float = 30.0
    working_directory: str | None = None
    architecture: str = "X86_64"
    mounts: tuple[Mount, ...] = ()
    read_only: bool = False
    init_process: bool = False


class Cancellable(Protocol):
    def cancel(self) -> None: ...


class RunningCommand(Cancellable, Protocol):
    """A command beside the program of a container."""

    def repeats(self, period: float) -> Leaves | None:
        """What is left by the same command each `period` seconds, if nothing else happens; None if others may
        find something other than before. Asked just after its end.
        """


class Host(Protocol):
    """What a container may ask of the world around it. Calls come from `start`'s clock events, `signal` and
    `request`; a host that is shared between threads guards itself."""

    def log(self, line: str) -> None:
        """Take one line of the container's standard output or error."""

    @property
    def repeats(self) -> bool:
        """Whether `log_again` will do."""

    def log_again(self, moments: Sequence[float]) -> None:
        """Take the last line again as it reads at each of these virtual seconds."""

    def exited(self, code: int, reason: str | None = None) -> None:
        """Learn, once, that the container ended. `reason` is the container's reason as ECS words it."""

    def after(self, seconds: float, action: Callable[[], None]) -> Cancellable:
        """Call `action` when that many virtual seconds have passed."""

    def now(self) -> float:
        """The virtual time in seconds."""

    def timestamp(self) -> float:
        """The time the container's clock shows, in seconds since 1970."""

    def hostname(self) -> str:
        """The container's host name."""

    def hold(self, mib: float) -> bool:
        """Let the container hold so much of its machine's memory; False if it has to end of it."""

    def taken(self, port: int) -> bool:
        """Whether something in the container's network namespace accepts connections on the port already."""

    def name_server(self) -> str:
        """The address of the server that is asked for names."""

    def resolve(self, name: str) -> tuple[str, ...]:
        """The addresses of a host name; LookupError if there is no such name."""

    def services(self, name: str) -> tuple[str, ...]:
        """The SRV records of a name; LookupError if it has none."""

    def fetch(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        """Ask a server, as seen from inside the container.

        Raises:
            LookupError: no such host name.
            TimeoutError: the packets arrive nowhere.
            ConnectionError: nothing listens there, or it failed while answering.
        """

    def fetched_again(self, host: str, port: int, period: float) -> Leaves | None:
        """What is left by asking a server for the same each `period` seconds, if nothing else happens; None
        if that is not known. Asked just after `fetch`.
        """


class OpenSession(Protocol):
    """A command on a terminal."""

    @property
    def reading(self) -> bool:
        """Whether it waits for a line, and so does nothing by itself."""

    def type(self, data: bytes) -> None:
        """Take what is typed: characters and control characters."""

    def resize(self, columns: int, rows: int) -> None:
        """Take the size of the terminal."""

    def cancel(self) -> None:
        """End it without a word."""


class RunningContainer(Protocol):
    @property
    def listening(self) -> frozenset[int]:
        """The TCP ports on which something accepts connections now."""

    def request(self, request: HttpRequest, port: int = 80) -> HttpResponse:
        """Let the program on `port` answer. A program that fails ends its container, and ConnectionError is
        raised.
        """

    def repeats(self, port: int, period: float) -> Leaves | None:
        """What is left by the same request each `period` seconds, if nothing else happens; None if others may
        find something other than before. Asked just after a request.
        """

    def alone(self, port: int) -> bool:
        """Whether an answer on this port leaves nothing but a line in the container's own log."""

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> RunningCommand:
        """Run a command beside the program, on the same files and network; its output goes nowhere. `done`
        gets its exit code, once, maybe before this answers; cancelled, it ends without a word.
        """

    def open_session(
        self, argv: Sequence[str], show: Callable[[str], None], done: Callable[[int], None]
    ) -> "OpenSession":
        """Run a command on a terminal of its own beside the program, on the same files and network.

        Args:
            show: takes what appears on the terminal.
            done: gets the exit code, once, maybe before this answers.
        """

    def has(self, program: str) -> bool:
        """Whether a program can be called: it is on the path, or where its name says."""

    def finish(self, code: int, reason: str | None = None) -> None:
        """End the program with an exit code, as a fault from outside does."""

    def signal(self, name: str) -> None:
        """Send `TERM` (the program decides) or `KILL` (it ends with exit code 137)."""


class Runtime(Protocol):
    def start(self, spec: ContainerSpec, host: Host) -> RunningContainer:
        """Start a container. Its first instruction runs at the host's next clock event, never inside this
        call.
        """
