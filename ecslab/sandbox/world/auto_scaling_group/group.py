"""An Auto Scaling group: all that DescribeAutoScalingGroups shows of it.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.auto_scaling_group.activity import Activity
from ecslab.sandbox.world.auto_scaling_group.lifecycle import GROUP_INSTANCE
from ecslab.sandbox.world.time.clock import Event

COOLDOWN: Final = 300
"""Seconds of a group's default cooldown, unless it says otherwise."""
LEAVING: Final = frozenset({"Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated"})


@dataclass(frozen=True, slots=True)
class Template:
    """The launch template of a group: its id, its name, and the version as it was asked for, if it was."""

    id: str
    name: str
    version: str | None = None


@dataclass(slots=True, eq=False)
class GroupInstance:
    """An EC2 instance of a group.

    Attributes:
        id: the EC2 instance's.
        place: index of its subnet in the group's.
        template: the launch template that it was launched from, with the version's number.
        launched_at: virtual second of its launch; `in_service_at`: from when on it is in service.
        protected: whether a scale-in leaves it alone.
        healthy: what DescribeAutoScalingInstances shows as `HealthStatus`.
        ending: the activity that ends it.
    """

    id: str
    zone: str
    subnet: str
    type: str
    image: str
    template: Template
    launched_at: float
    protected: bool = False
    state: str = GROUP_INSTANCE.first
    healthy: bool = True
    in_service_at: float | None = None
    ending: Activity | None = None

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.state = GROUP_INSTANCE.next(self.state, event)

    @property
    def leaving(self) -> bool:
        """Whether its end has begun."""
        return self.state in LEAVING


@dataclass(slots=True, eq=False)
class Group:
    """One Auto Scaling group.

    Attributes:
        minimum, maximum, desired: numbers of instances.
        subnets: ids of subnets and their Availability Zones, in the order of the request.
        created_at: epoch seconds.
        protects_new: whether new instances are protected from scale-in.
        tags: key to value and whether instances get it at launch.
        why: what changed the desired capacity last, and is told by the activities that follow from it.
        hooks: names of hooks for instances that terminate.
        failures: launches that failed in a row.
        deleting: whether it goes when its last instance has gone.
        plan: when its instances are next looked at.
    """

    name: str
    arn: str
    region: str
    template: Template
    minimum: int
    maximum: int
    desired: int
    subnets: tuple[tuple[str, str], ...]
    created_at: float
    cooldown: int = COOLDOWN
    grace: int = 0
    protects_new: bool = False
    tags: dict[str, tuple[str, bool]] = field(default_factory=dict)
    instances: dict[str, GroupInstance] = field(default_factory=dict)
    activities: deque[Activity] = field(default_factory=deque)
    why: str = ""
    hooks: list[str] = field(default_factory=list)
    failures: int = 0
    deleting: bool = False
    plan: Event | None = None

    def live(self) -> list[GroupInstance]:
        """The instances that are there or coming up."""
        return [each for each in self.instances.values() if not each.leaving]

    def in_service(self) -> list[GroupInstance]:
        """Those that have been launched, and whose end has not begun."""
        return [each for each in self.instances.values() if each.state == "InService"]

    def zones(self) -> list[str]:
        """Its Availability Zones, by name."""
        return sorted({zone for _, zone in self.subnets})
