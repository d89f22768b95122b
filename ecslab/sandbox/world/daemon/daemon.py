"""A managed daemon: what it is to run, and on the instances of which capacity providers.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecslab.sandbox.world.daemon.deployment import Deployment
from ecslab.sandbox.world.placement.instance import Needs

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

Tags = list[dict[str, str]]


@dataclass(slots=True, eq=False)
class DaemonTaskDefinition:
    """One revision of a family of daemon task definitions.

    Attributes:
        shown: DaemonTaskDefinition, as DescribeDaemonTaskDefinition shows it, with times in epoch seconds.
        task: the same as tasks have their definitions: in the shape of TaskDefinition.
    """

    arn: str
    shown: dict[str, object]
    task: "TaskDefinitionTypeDef"
    tags: Tags = field(default_factory=list)

    @property
    def status(self) -> str:
        """ACTIVE or DELETE_IN_PROGRESS."""
        return str(self.shown["status"])


@dataclass(slots=True)
class DaemonFamily:
    """Revisions by number, oldest first; `last` is the highest number ever given."""

    name: str
    revisions: dict[int, DaemonTaskDefinition] = field(default_factory=dict)
    last: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a revision is a snapshot of, besides its task definition.

    Attributes:
        propagates: whether the daemon's tags are put on its tasks.
        managed_tags: whether ECS puts tags of its own on them.
        executes: whether ECS Exec is turned on.
        critical: whether an instance that is without the daemon's task is drained and replaced.
    """

    propagates: str = "NONE"
    managed_tags: bool = False
    executes: bool = False
    critical: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class DaemonRevision:
    """A snapshot of what a daemon is configured to run. It never changes, but for the images' digests.

    Attributes:
        needs: what a task of it takes of its instance: it has no interface of its own, and no host ports.
        digests: what the containers' image tags stood for when its first task had pulled them.
    """

    arn: str
    daemon: str
    cluster: str
    definition: DaemonTaskDefinition
    settings: Settings
    created_at: float
    needs: Needs
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Daemon:
    """A daemon that has not been deleted yet.

    Attributes:
        cluster: name of its cluster.
        providers: names of the capacity providers whose instances run it.
        target: what instances are to run that come from now on; None once it is to be deleted.
        deployment: the most recent one.
        settled: the revision and the capacity providers of the last deployment that was completed.
        token: the client token of the request that created it, and that request.
    """

    arn: str
    name: str
    cluster: str
    region: str
    providers: list[str]
    target: DaemonRevision | None
    deployment: Deployment
    created_at: float
    updated_at: float
    status: str = "ACTIVE"
    tags: Tags = field(default_factory=list)
    settled: tuple[DaemonRevision, list[str]] | None = None
    token: tuple[str, str] | None = None


@dataclass(slots=True, eq=False)
class Hosted:
    """A daemon's task on one managed instance.

    Attributes:
        task: its id; "" when it could not be made.
        ready: whether it has been RUNNING, and HEALTHY if that is checked.
        lost: whether it has stopped, or could not be made.
        leaving: whether ECS has asked it to stop, since the instance is about to end.
    """

    revision: DaemonRevision
    task: str = ""
    ready: bool = False
    lost: bool = False
    leaving: bool = False
