"""Where a cluster's tasks run: container instances with the tasks on them, and tasks on none.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere
from ecslab.resources.container_instance.instance_reader import attribute, registered, remaining
from ecslab.resources.machines import machine_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerInstanceTypeDef,
        ContainerTypeDef,
        TaskTypeDef,
    )

_FARGATE = ("FARGATE", "FARGATE_SPOT")


@dataclass(frozen=True)
class PlacedTask:
    """A task, and what is set aside for it.

    Attributes:
        definition: the task definition, as `web:3`.
        id: the first eight characters of its id.
        status: its `lastStatus`.
        stopping: whether it is to be STOPPED.
        cpu: CPU units; 1,024 are one vCPU.
        memory: MiB.
        zone: its Availability Zone; "" while it has none.
        provider: `FARGATE`, `FARGATE_SPOT`, the capacity provider, or its launch type where it has none.
    """

    definition: str
    id: str
    status: str
    stopping: bool
    cpu: int
    memory: int
    zone: str
    provider: str

    @property
    def on_fargate(self) -> bool:
        """Whether it runs on Fargate, or on Fargate Spot."""
        return self.provider in _FARGATE


@dataclass(frozen=True)
class Instance:
    """A container instance, as its cluster sees it.

    Attributes:
        id: the EC2 instance's, or the managed node's (`mi-…`) of an External instance.
        type, zone: of its attributes; "" for an External instance, which has none.
        status: ACTIVE, DRAINING, …
        connected: whether its agent is connected.
        cpu, memory: CPU units and MiB that it registered.
        free_cpu, free_memory: what remains of them.
        provider: its capacity provider, or "".
        tasks: those on it, oldest first.
    """

    id: str
    type: str
    zone: str
    status: str
    connected: bool
    cpu: int
    memory: int
    free_cpu: int
    free_memory: int
    provider: str
    tasks: tuple[PlacedTask, ...]


@dataclass(frozen=True)
class Capacity:
    """Where a cluster's tasks run.

    Attributes:
        cluster: its name.
        instances: by zone and id.
        tasks: those on no container instance: on Fargate, or not placed yet; oldest first.
    """

    cluster: str
    instances: tuple[Instance, ...]
    tasks: tuple[PlacedTask, ...]


def look(lab: Connection, cluster: str | None = None) -> Capacity:
    """Where the tasks of a cluster run, by calls that read; works on a real account.

    Args:
        cluster: the lesson's unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    name = cluster or lab.names.cluster
    described = or_none_if_missing(machine_reader.container_instances, lab, name)
    if described is None:
        raise NotThere(f"there is no cluster {name}")
    on: defaultdict[str, list[PlacedTask]] = defaultdict(list)
    for task in sorted(holding(lab, name), key=lambda task: (task["createdAt"], task["taskArn"])):
        on[task.get("containerInstanceArn", "")].append(_placed(task))
    instances = (_instance(each, on[each["containerInstanceArn"]]) for each in described)
    return Capacity(
        name, tuple(sorted(instances, key=lambda each: (each.zone, each.id))), tuple(on.get("", ()))
    )


def holding(lab: Connection, cluster: str, **of: str) -> list[TaskTypeDef]:
    """The tasks of a cluster that hold resources: those meant to run, and those that are not STOPPED yet.

    Args:
        of: further parameters of ListTasks, such as `containerInstance`.
    """
    meant = task_reader.listed(lab, cluster=cluster, desiredStatus="RUNNING", **of)  # type: ignore[arg-type]
    ending = task_reader.listed(lab, cluster=cluster, desiredStatus="STOPPED", **of)  # type: ignore[arg-type]
    by_arn = {task["taskArn"]: task for task in [*meant, *ending]}
    return [task for task in by_arn.values() if task["lastStatus"] != "STOPPED"]


def _placed(task: TaskTypeDef) -> PlacedTask:
    containers = task.get("containers", [])
    return PlacedTask(
        definition=task["taskDefinitionArn"].rsplit("/", 1)[-1],
        id=task_reader.short_id(task),
        status=task["lastStatus"],
        stopping=task["desiredStatus"] == "STOPPED",
        cpu=int(task.get("cpu") or 0) or sum(int(each.get("cpu") or 0) for each in containers),
        memory=int(task.get("memory") or 0) or sum(map(_memory, containers)),
        zone=task.get("availabilityZone", ""),
        provider=task.get("capacityProviderName") or task.get("launchType", ""),
    )


def _memory(container: ContainerTypeDef) -> int:
    """The MiB that placement counts: the reservation, else the limit (API ContainerDefinition, memory)."""
    return int(container.get("memoryReservation") or container.get("memory") or 0)


def _instance(described: ContainerInstanceTypeDef, tasks: Iterable[PlacedTask]) -> Instance:
    return Instance(
        id=described.get("ec2InstanceId", ""),
        type=attribute(described, "ecs.instance-type"),
        zone=attribute(described, "ecs.availability-zone"),
        status=described["status"],
        connected=described["agentConnected"],
        cpu=registered(described, "CPU"),
        memory=registered(described, "MEMORY"),
        free_cpu=remaining(described, "CPU"),
        free_memory=remaining(described, "MEMORY"),
        provider=described.get("capacityProviderName", ""),
        tasks=tuple(tasks),
    )
