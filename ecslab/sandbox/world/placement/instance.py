"""A container instance as placement sees it: its attributes, what it has, and what its tasks take of that.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from dataclasses import dataclass, field
from typing import Final

RESERVED_PORTS: Final = (22, 2375, 2376, 51678, 51679)
"""TCP ports that no task gets: SSH, Docker and the agent (README of the agent)."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one task takes of its instance.

    Args:
        cpu: CPU units.
        memory: MiB; what is set aside, not the limit, where a container has both.
        ports, udp_ports: host ports that it asks for by number.
        interfaces: network interfaces: 1 with the network mode awsvpc.
        attributes: names that the agent must have announced (`requiresAttributes`).
        vpc: the VPC of its subnets with the network mode awsvpc.
        zones: Availability Zones of those subnets; none: any.
    """

    cpu: int = 0
    memory: int = 0
    ports: frozenset[int] = frozenset()
    udp_ports: frozenset[int] = frozenset()
    interfaces: int = 0
    attributes: frozenset[str] = frozenset()
    vpc: str | None = None
    zones: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Instance:
    """A registered container instance.

    Args:
        id: 32 hexadecimal digits.
        ec2_id: id of the EC2 instance.
        cpu: CPU units registered.
        memory: MiB registered.
        interfaces: how many network interfaces are left for tasks.
        attributes: name to value; None where an attribute has none.
        status: one of API_ContainerInstance's; tasks are placed where it is ACTIVE.
        registered_at: epoch seconds.
        tasks: what each task on it takes, by task id.
        groups: tasks by task group (`service:web`, `family:batch`).
        turn: place in the order by which ties are broken, the least first.
        provider: name of its capacity provider; None for none.
        managed: whether ECS launched it for that provider, whose tasks alone it takes.
    """

    id: str
    ec2_id: str
    cpu: int
    memory: int
    interfaces: int = 0
    attributes: dict[str, str | None] = field(default_factory=dict)
    status: str = "ACTIVE"
    agent_connected: bool = True
    agent_version: str = ""
    registered_at: float = 0.0
    tasks: dict[str, tuple[str, Needs]] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    used_cpu: int = 0
    used_memory: int = 0
    used_interfaces: int = 0
    used_ports: set[int] = field(default_factory=lambda: set(RESERVED_PORTS))
    used_udp_ports: set[int] = field(default_factory=set)
    turn: float = 0.0
    provider: str | None = None
    managed: bool = False

    @property
    def free_cpu(self) -> int:
        """CPU units that no task holds."""
        return self.cpu - self.used_cpu

    @property
    def free_memory(self) -> int:
        """MiB that no task holds."""
        return self.memory - self.used_memory

    def take(self, task_id: str, group: str, needs: Needs) -> None:
        """Set aside what a task needs; ValueError, and no change, if that is not free or it is here."""
        lacking = lacking_resource(self, needs)
        if lacking or task_id in self.tasks:
            raise ValueError(f"instance {self.id} has no room for task {task_id}: {lacking or 'it is here'}")
        self.tasks[task_id] = group, needs
        self.groups[group] = self.groups.get(group, 0) + 1
        self._count(needs, 1)
        self.used_ports |= needs.ports
        self.used_udp_ports |= needs.udp_ports

    def give_back(self, task_id: str) -> None:
        """Free what a task held; KeyError if it is not here."""
        group, needs = self.tasks.pop(task_id)
        self.groups[group] -= 1
        if not self.groups[group]:
            del self.groups[group]
        self._count(needs, -1)
        self.used_ports -= needs.ports
        self.used_udp_ports -= needs.udp_ports

    def _count(self, needs: Needs, sign: int) -> None:
        self.used_cpu += sign * needs.cpu
        self.used_memory += sign * needs.memory
        self.used_interfaces += sign * needs.interfaces


def lacking_resource(instance: Instance, needs: Needs) -> str | None:
    """`CPU`, `MEMORY`, `PORTS` or `ENI`, whatever is short first; None if there is room.

    U: which one AWS names where several are short.
    """
    if needs.cpu > instance.free_cpu:
        return "CPU"
    if needs.memory > instance.free_memory:
        return "MEMORY"
    if needs.ports & instance.used_ports or needs.udp_ports & instance.used_udp_ports:
        return "PORTS"
    if needs.interfaces > instance.interfaces - instance.used_interfaces:
        return "ENI"
    return None
