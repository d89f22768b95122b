"""A task: all that DescribeTasks shows of it, and nothing of how it came there.

Times are epoch seconds of the wall clock, as the API shows them, unless a name says otherwise.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, cast

from ecslab.sandbox.world.task import health
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.lifecycle import TASK, UNTOLD
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef, TaskTypeDef


class Network(TypedDict, total=False):
    """What RunTask's `awsvpcConfiguration` says; `public` asks for a public IP.

    `ipv4_only`: whoever asked has the account setting `dualStackIPv6` off.
    """

    subnets: list[str]
    groups: list[str]
    public: bool
    ipv4_only: bool


@dataclass(slots=True, eq=False)
class Task:
    """One task, on Fargate or on a container instance.

    Args:
        id: 32 hexadecimal digits.
        settings: what stays as RunTask made it: group, startedBy, launchType, overrides, …, in AWS's shape.
        version: 1 at first, one more with each change that AWS would tell as an event.
        instance: id of its container instance, on EC2.
        balanced: whether its service has a load balancer, a registry or Service Connect, which it has to be
            put into and taken out of.
        proxy: name and ARN of the container that Service Connect adds.
        gone_at: virtual second at which a stopped task is forgotten.
        unreached: its end was decided while the agent of its container instance was away.
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
    instance: str | None = None
    balanced: bool = False
    proxy: tuple[str, str] | None = None
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
    unreached: bool = False
    view: "TaskTypeDef | None" = None

    @property
    def stopping(self) -> bool:
        """Whether its end has been decided."""
        return self.desired_status == "STOPPED"

    @property
    def health_status(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, from the essential containers that have a check.

        API_HealthCheck says that one without a check makes the task UNKNOWN; a recorded answer says that it
        does not [NAT:task_dependency_transitions].
        """
        return health.of_task({each.health_status for each in self._judged()})

    @property
    def health_told(self) -> str:
        """The same, as DescribeTasks shows it."""
        return health.of_task({each.health_told for each in self._judged()})

    def _judged(self) -> list[Container]:
        return [each for each in self.containers if each.essential and each.checked]

    @property
    def shown_status(self) -> str:
        """`lastStatus` as DescribeTasks shows it.

        Nobody without such a service was ever seen ACTIVATING, DEACTIVATING or STOPPING, which the task
        lifecycle page lists for every task [NAT:task_log_startup].
        """
        if self.balanced or self.last_status not in UNTOLD:
            return self.last_status
        return "PENDING" if self.started_at is None or self.last_status == "ACTIVATING" else "RUNNING"

    @property
    def shown_desired(self) -> str:
        """`desiredStatus`, which follows the end of an essential container a moment later."""
        return "RUNNING" if self.stopping_at is None else "STOPPED"

    @property
    def reported(self) -> bool:
        """Whether the agent's report of the containers has come in: when they run, or run no more.

        What happened before shows only then, with the moments at which it did [NAT:network_interfaces].
        """
        return self.started_at is not None or self.last_status in ("DEPROVISIONING", "STOPPED")

    def container(self, name: str) -> Container:
        return next(container for container in self.containers if container.name == name)

    def changed(self, told: bool = True) -> None:
        """Note that something shown has changed; `told` if AWS would send an event about it."""
        self.version += told
        self.view = None

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        before = self.shown_status
        self.last_status = TASK.next(self.last_status, event)
        self.changed(told=self.shown_status != before)
