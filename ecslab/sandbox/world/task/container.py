"""A container of a task: what DescribeTasks shows of it, and what runs in it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.world.task import health
from ecslab.sandbox.world.task.health import Program
from ecslab.sandbox.world.task.managed_agent import ManagedAgent
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition

ATTEMPT_PERIOD: Final = 300
"""Seconds a container must have run to be restarted, unless the policy says otherwise (60-1800)."""
RESTING: Final = 24.0
"""MiB that a container holds while nobody asks it anything. U: about what an idle web server does."""
STOP_TIMEOUT: Final = 30.0
"""SIGTERM to SIGKILL in seconds, unless the container definition says otherwise (2-120 on Fargate)."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A pulled image: its digest, how long the pull takes in seconds, and the image as the runtime has it."""

    digest: str
    seconds: float
    image: Any = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A port of a container, as a container instance gives it to the outside (API_NetworkBinding)."""

    container_port: int
    host_port: int
    protocol: str = "tcp"


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
        health_told: its health as DescribeTasks shows it, some seconds after it became so.
        watch: its health check, while there is one to run.
        injected: environment variables from its secrets and environment files.
        held: MiB that its program holds beside what it does at rest, on a container instance.
        bindings: its ports on its container instance's interface.
        agent: that of ECS Exec, since the container's last start.
    """

    name: str
    arn: str
    image: str
    definition: "ContainerDefinition" = field(default_factory=cast("type[ContainerDefinition]", dict))
    essential: bool = True
    depends_on: Mapping[str, str] = field(default_factory=dict)
    stop_timeout: float = STOP_TIMEOUT
    start_timeout: float | None = None
    last_status: str = "PENDING"
    health_status: str = health.UNKNOWN
    health_told: str = health.UNKNOWN
    image_digest: str | None = None
    runtime_id: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    pulled: Pulled | None = None
    program: Program | None = None
    kill: Event | None = None
    started: float = 0.0
    restarts: int = 0
    watch: health.Watch | None = None
    injected: Mapping[str, str] | None = None
    held: float = 0.0
    bindings: tuple[Binding, ...] = ()
    agent: ManagedAgent | None = None

    @property
    def running(self) -> bool:
        return self.last_status == "RUNNING"

    @property
    def checked(self) -> bool:
        """Whether its definition has a health check."""
        return health.HealthCheck.of(self.definition) is not None


def restarts(definition: "ContainerDefinition", exit_code: int, ran: float) -> bool:
    """Whether a container with this definition that ended starts again (API_ContainerRestartPolicy).

    Args:
        exit_code: what it ended with.
        ran: seconds since it was last started.
    """
    policy = definition.get("restartPolicy")
    if not policy or not policy["enabled"]:
        return False
    if exit_code in policy.get("ignoredExitCodes", ()):
        return False
    return bool(ran >= policy.get("restartAttemptPeriod", ATTEMPT_PERIOD))
