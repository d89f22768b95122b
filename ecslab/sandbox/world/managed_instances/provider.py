"""A capacity provider of managed instances, and the instances that ECS has launched for it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedInstancesProvider.html
"""

from dataclasses import dataclass, field
from typing import Any, Final

from ecslab.sandbox.world.daemon.daemon import Hosted
from ecslab.sandbox.world.time.clock import Event

NEVER: Final = -1
"""The `scaleInAfter` that turns infrastructure optimization off."""
LONGEST_IDLE: Final = 3600
"""The largest `scaleInAfter`, in seconds (API_InfrastructureOptimization)."""
DRAINED_AFTER: Final = 14 * 86_400.0
"""Seconds from an instance's launch to its draining for a patch.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html"""
ENDED_AFTER: Final = 7 * 86_400.0
"""Seconds from the beginning of draining to the end of what still runs there: day 21 (the same page)."""
REGISTERS_WITHIN: Final = 900.0
"""Seconds in which an instance registers, or is given up. U."""


@dataclass(slots=True, eq=False)
class ManagedProvider:
    """A capacity provider of managed instances. It is of one cluster, and of no other.

    Attributes:
        role: ARN of the infrastructure role, under which ECS launches instances.
        template: InstanceLaunchTemplate, as the request had it.
        propagates: whether its tags are put on its instances.
        scale_in_after: seconds after which an idle instance ends; -1: never; None: AWS decides.
        repairs: `ENABLED` or `DISABLED`, auto repair.
    """

    name: str
    arn: str
    cluster: str
    role: str
    template: dict[str, Any]
    propagates: bool = False
    scale_in_after: int | None = None
    repairs: str | None = None
    tags: list[dict[str, str]] = field(default_factory=list)
    status: str = "PROVISIONING"
    update_status: str | None = "CREATE_IN_PROGRESS"


@dataclass(slots=True, eq=False)
class ManagedInstance:
    """An EC2 instance that ECS has launched for a capacity provider, and ends itself.

    Attributes:
        id: the EC2 instance's.
        planned: ids of the tasks that it was launched for, which wait for it until it has registered.
        registered: id of the container instance; "" before it is one.
        idle: when it ends for want of tasks; None while it has some, or stays whatever happens.
        due: what comes next by its age: it is given up, drained, or ended with what still runs there.
        daemons: the daemons' tasks on it, by the daemon's ARN.
    """

    id: str
    provider: str
    cluster: str
    region: str
    launched_at: float
    planned: dict[str, None] = field(default_factory=dict)
    registered: str = ""
    idle: Event | None = None
    due: Event | None = None
    daemons: dict[str, Hosted] = field(default_factory=dict)

    def forget_plans(self) -> None:
        """Let nothing more come of it by itself."""
        for event in (self.idle, self.due):
            if event:
                event.cancel()
        self.idle = self.due = None
