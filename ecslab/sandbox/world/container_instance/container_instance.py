"""A container instance: all that DescribeContainerInstances shows of it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.container_instance.lifecycle import CONTAINER_INSTANCE
from ecslab.sandbox.world.placement.instance import Instance

NEWEST_AGENT: Final = "1.107.0"
"""Of the images of September 2026."""
EPHEMERAL: Final = range(32768, 61000)
"""Host ports of containers that ask for none by number."""
MOST_ATTRIBUTES: Final = 10
"""Custom attributes of one instance (quotas of ECS)."""


@dataclass(slots=True, eq=False)
class ContainerInstance(Instance):
    """One registered instance.

    Args:
        arn: `arn:aws:ecs:<region>:<account>:container-instance/<cluster>/<id>`.
        docker_version: as the agent tells it.
        update: how far an update of the agent is: `PENDING`, `UPDATING`, `UPDATED`; None: none was asked for.
        version: one more with each change that AWS would tell as an event.
        built_in: names of the attributes that it registered with.
        agent_changed_at: epoch second at which the agent's connection last changed.
        trunk: whether it has a trunk interface beside its own, or gets one.
        joined: whether it has its trunk interface, if it gets one; daemons start from then on.
        gone_at: virtual second at which an INACTIVE one is forgotten.
    """

    arn: str = ""
    cluster: str = ""
    region: str = ""
    docker_version: str = ""
    update: str | None = None
    version: int = 1
    tags: list[dict[str, str]] = field(default_factory=list)
    built_in: frozenset[str] = frozenset()
    agent_changed_at: float = 0.0
    trunk: bool = False
    joined: bool = True
    gone_at: float | None = None

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.status = CONTAINER_INSTANCE.next(self.status, event)
        self.version += 1

    def connect(self, connected: bool, at: float) -> None:
        """The agent's connection comes or goes, at epoch second `at`."""
        if connected != self.agent_connected:
            self.agent_connected, self.agent_changed_at = connected, at
            self.version += 1

    def free_port(self, udp: bool = False) -> int:
        """The next port for a container that asks for any; ValueError if all are in use.

        Source: net.ipv4.ip_local_port_range of Linux (developer guide, PortMapping).
        """
        used = self.used_udp_ports if udp else self.used_ports
        port = next((each for each in EPHEMERAL if each not in used), None)
        if port is None:
            raise ValueError(f"instance {self.id} has no free port")
        return port

    def custom_attributes(self) -> set[str]:
        """Names of attributes that were put on it."""
        return set(self.attributes) - self.built_in
