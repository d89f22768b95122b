"""What ECS holds in one region: clusters, task definitions, tasks.

Nothing here decides anything; the operations do. A fresh account has a fresh state, so a reset forgets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonFamily, DaemonRevision
from ecslab.sandbox.world.daemon.deployment import Deployment as DaemonDeployment
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance, ManagedProvider
from ecslab.sandbox.world.placement.cluster import Placement
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CapacityProviderStrategyItemTypeDef, TaskDefinitionTypeDef

SAMPLED_EVERY: Final = 2.0
"""Seconds between samples of a cluster's counters; AWS gives no figure."""

Strategy = list["CapacityProviderStrategyItemTypeDef"]
"""A capacity provider strategy."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and where: account (12 digits), region, and the principal's ARN."""

    account: str
    region: str
    arn: str

    def ecs_arn(self, resource: str) -> str:
        """`arn:aws:ecs:<region>:<account>:<resource>`."""
        return f"arn:aws:ecs:{self.region}:{self.account}:{resource}"


@dataclass(slots=True)
class SampledCount:
    """A number that clients see as it was at the last sample: AWS's counters lag behind the tasks."""

    count: int = 0
    before: int = 0
    period: int = 0

    def add(self, change: int, now: float) -> None:
        """Change the number at this virtual second."""
        if change:
            self.before, self.period = self.sampled(now), int(now // SAMPLED_EVERY)
            self.count += change

    def sampled(self, now: float) -> int:
        """The number at the last sample before this virtual second."""
        return self.before if now // SAMPLED_EVERY == self.period else self.count


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for capacity.

    Attributes:
        place: places it, on this container instance or on the one that placement chooses, and says whether it
            could.
    """

    task: Task
    provider: str
    order: Order
    place: Callable[[ContainerInstance | None], bool]

    @property
    def needs(self) -> Needs:
        """What it takes of its instance."""
        return self.order.needs


@dataclass(slots=True)
class Cluster:
    """A cluster. `running` and `pending` count its tasks in those statuses; whoever moves a task keeps them.

    `created` are the members it was created with, as CreateCluster showed them.
    `tasks` holds the tasks still visible, stopped ones included, by task id; `services` every service by
    name, INACTIVE ones too until the name is used again. `connect_namespace` is the ARN of the one for
    Service Connect, and `attachments` what is made for it. `placement` holds the container instances, once
    there has been one, and `former_instances` those that are INACTIVE and still described. `waiting` are
    tasks that no instance of their capacity provider has room for, in their order; `capacity_look` is when
    somebody next looks whether one has.
    """

    name: str
    arn: str
    status: str = "ACTIVE"
    settings: list[dict[str, str]] = field(default_factory=list)
    configuration: Mapping[str, object] | None = None
    capacity_providers: list[str] = field(default_factory=list)
    default_strategy: Strategy = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    created: dict[str, object] = field(default_factory=dict)
    connect_namespace: str = ""
    attachments: list[dict[str, object]] = field(default_factory=list)
    placement: Placement | None = None
    former_instances: dict[str, ContainerInstance] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    capacity_look: Event | None = None
    running: SampledCount = field(default_factory=SampledCount)
    pending: SampledCount = field(default_factory=SampledCount)


@dataclass(slots=True)
class Revision:
    """A registered task definition: the shape that DescribeTaskDefinition shows, and its tags."""

    definition: "TaskDefinitionTypeDef"
    tags: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Family:
    """Revisions by number, oldest first. `last` is the highest number ever given, deleted ones included."""

    name: str
    revisions: dict[int, Revision] = field(default_factory=dict)
    last: int = 0


@dataclass(slots=True)
class RegionState:
    """ECS in one region. Tasks are found by id here, and again in their cluster.

    `providers` are those of Auto Scaling groups; `managed_instances` go by the EC2 instance's id; daemons,
    their revisions and deployments by their ARNs, and the last two stay when the daemon is deleted.
    """

    region: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    managed_providers: dict[str, ManagedProvider] = field(default_factory=dict)
    managed_instances: dict[str, ManagedInstance] = field(default_factory=dict)
    daemon_families: dict[str, DaemonFamily] = field(default_factory=dict)
    daemons: dict[str, Daemon] = field(default_factory=dict)
    daemon_revisions: dict[str, DaemonRevision] = field(default_factory=dict)
    daemon_deployments: dict[str, DaemonDeployment] = field(default_factory=dict)
    account_settings: dict[tuple[str, str], str] = field(default_factory=dict)
    """(principal ARN, setting name) -> value; what PutAccountSettingDefault sets has the root's ARN."""


def of(region: str) -> RegionState:
    """The state of `region` in the current account, empty at first."""
    regions = current_account().regions
    if region not in regions:
        regions[region] = RegionState(region)
    return regions[region]
