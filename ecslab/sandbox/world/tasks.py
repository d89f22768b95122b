"""A task and its containers: all that DescribeTasks shows of them, and nothing of how they came there.

Times are epoch seconds of the wall clock, as the API shows them, unless a name says otherwise.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import health, lifecycle
from .clock import Event
from .timings import STOP_TIMEOUT


class Interface(Protocol):
    """The elastic network interface of a task."""

    @property
    def eni_id(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def private_ip(self) -> str: ...
    @property
    def private_dns(self) -> str: ...


class Command(Protocol):
    """A command at work in a container."""

    def cancel(self) -> None:
        """End it without a word; without effect once it has ended."""


class Program(Protocol):
    """What runs in a container."""

    def execute(self, argv: tuple[str, ...], done: Callable[[int], None]) -> Command:
        """Run a command beside the program; `done` gets its exit code, once, maybe before this answers."""

    def signal(self, name: str) -> None:
        """Send `TERM` or `KILL`."""


@dataclass(slots=True)
class Attachment:
    """The task's interface as the task lists it. `status` is one of API_Attachment's."""

    id: str
    subnet_id: str
    status: str = "PRECREATED"
    interface: Interface | None = None


@dataclass(slots=True, eq=False)
class Container:
    """One container of a task.

    Args:
        name: as in the task definition.
        arn: `arn:aws:ecs:<region>:<account>:container/<cluster>/<task id>/<uuid>`.
        image: as in the task definition.
        definition: the container definition with the task's overrides applied.
        essential: whether the task stops when this container does.
        depends_on: names of containers that come first, with the condition (API_ContainerDependency).
        stop_timeout: seconds from SIGTERM to SIGKILL.
        start_timeout: seconds from its start in which it must meet what others wait for; None: any time.
        started: virtual second of its last start.
        restarts: how often its restart policy started it again.
        watch: its health check, while there is one to run.
        injected: environment variables from its secrets and environment files.
    """

    name: str
    arn: str
    image: str
    definition: Mapping[str, Any] = field(default_factory=dict)
    essential: bool = True
    depends_on: Mapping[str, str] = field(default_factory=dict)
    stop_timeout: float = STOP_TIMEOUT
    start_timeout: float | None = None
    last_status: str = "PENDING"
    health_status: str = health.UNKNOWN
    image_digest: str | None = None
    runtime_id: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    pulled: Any = None
    program: Program | None = None
    kill: Event | None = None
    started: float = 0.0
    restarts: int = 0
    watch: health.Watch | None = None
    injected: Mapping[str, str] | None = None

    @property
    def running(self) -> bool:
        return self.last_status == "RUNNING"


@dataclass(slots=True, eq=False)
class Task:
    """One task on Fargate.

    Args:
        id: 32 hexadecimal digits.
        settings: what stays as RunTask made it: group, startedBy, launchType, overrides, …, in AWS's shape.
        version: 1 at first, one more with each change that AWS would tell as an event.
        gone_at: virtual second at which a stopped task is forgotten.
        view: what DescribeTasks answers, kept until something changes.
    """

    id: str
    arn: str
    cluster: str
    region: str
    definition: Mapping[str, Any]
    attachment: Attachment
    containers: list[Container]
    settings: Mapping[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    network: Mapping[str, Any] = field(default_factory=dict)
    client_token: tuple[str, str] | None = None
    last_status: str = lifecycle.FIRST
    desired_status: str = "RUNNING"
    version: int = 1
    connectivity: str | None = None
    created_at: float | None = None
    connectivity_at: float | None = None
    pull_started_at: float | None = None
    pull_stopped_at: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    execution_stopped_at: float | None = None
    stopped_at: float | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    gone_at: float | None = None
    next_phase: Event | None = None
    view: dict[str, Any] | None = None

    @property
    def stopping(self) -> bool:
        """Whether its end has been decided."""
        return self.desired_status == "STOPPED"

    @property
    def health_status(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, from the essential containers (API_HealthCheck)."""
        return health.of_task({each.health_status for each in self.containers if each.essential})

    def container(self, name: str) -> Container:
        return next(container for container in self.containers if container.name == name)

    def changed(self, told: bool = True) -> None:
        """Note that something shown has changed; `told` if AWS would send an event about it."""
        self.version += told
        self.view = None

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.last_status = lifecycle.next_status(self.last_status, event)
        self.changed()
