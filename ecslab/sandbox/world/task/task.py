"""A task: all that DescribeTasks shows of it, and nothing of how it came there.

Times are epoch seconds of the wall clock, as the API shows them, unless a name says otherwise.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, cast

from ecslab.sandbox.world.task import health
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.lifecycle import TASK
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef, TaskTypeDef


class Network(TypedDict, total=False):
    """What RunTask's `awsvpcConfiguration` says; `public` asks for a public IP."""

    subnets: list[str]
    groups: list[str]
    public: bool


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
    definition: "TaskDefinitionTypeDef"
    attachment: Attachment
    containers: list[Container]
    settings: "TaskTypeDef" = field(default_factory=cast("type[TaskTypeDef]", dict))
    tags: list[dict[str, str]] = field(default_factory=list)
    network: Network = field(default_factory=Network)
    client_token: tuple[str, str] | None = None
    last_status: str = TASK.first
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
    view: "TaskTypeDef | None" = None

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
        self.last_status = TASK.next(self.last_status, event)
        self.changed()
