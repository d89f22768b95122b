"""Where a cluster's tasks run: container instances with the tasks on them, and tasks on none. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab import figures
from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerInstanceTypeDef,
        ContainerTypeDef,
        ResourceOutputTypeDef,
        TaskTypeDef,
    )

    from ecslab.figures import Figure

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


def draw(lab: Connection, cluster: str | None = None) -> Figure:
    """The cluster's container instances as boxes, its tasks to scale in them, Fargate's tasks beside them.

    Args:
        cluster: the lesson's unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    return figures.instances(look(lab, cluster))


def look(lab: Connection, cluster: str | None = None) -> Capacity:
    """Where the tasks of a cluster run, by calls that read; works on a real account.

    Args:
        cluster: the lesson's unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    name = cluster or lab.names.cluster
    described = _described(lab, name)
    if described is None:
        raise NotThere(f"there is no cluster {name}")
    on: defaultdict[str, list[PlacedTask]] = defaultdict(list)
    for task in sorted(_tasks(lab, name), key=lambda task: (task["createdAt"], task["taskArn"])):
        on[task.get("containerInstanceArn", "")].append(_placed(task))
    instances = (_instance(each, on[each["containerInstanceArn"]]) for each in described)
    return Capacity(
        name, tuple(sorted(instances, key=lambda each: (each.zone, each.id))), tuple(on.get("", ()))
    )


def _described(lab: Connection, cluster: str) -> list[ContainerInstanceTypeDef] | None:
    """The container instances of a cluster, in any status; None without the cluster."""

    def arns() -> list[str]:
        pages = lab.ecs.get_paginator("list_container_instances").paginate(cluster=cluster)
        return [arn for page in pages for arn in page["containerInstanceArns"]]

    instance_arns = or_none_if_missing(arns)
    if instance_arns is None:
        return None
    return [
        instance
        for batch in batches(instance_arns)
        for instance in lab.ecs.describe_container_instances(cluster=cluster, containerInstances=batch)[
            "containerInstances"
        ]
    ]


def _tasks(lab: Connection, cluster: str) -> list[TaskTypeDef]:
    """The tasks that hold resources: those meant to run, and those that are not STOPPED yet."""
    meant = task_reader.listed(lab, cluster=cluster, desiredStatus="RUNNING")
    ending = task_reader.listed(lab, cluster=cluster, desiredStatus="STOPPED")
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
    attributes = {each["name"]: each.get("value", "") for each in described.get("attributes", [])}
    registered = _numbers(described.get("registeredResources", []))
    remaining = _numbers(described.get("remainingResources", []))
    return Instance(
        id=described.get("ec2InstanceId", ""),
        type=attributes.get("ecs.instance-type", ""),
        zone=attributes.get("ecs.availability-zone", ""),
        status=described["status"],
        connected=described["agentConnected"],
        cpu=registered.get("CPU", 0),
        memory=registered.get("MEMORY", 0),
        free_cpu=remaining.get("CPU", 0),
        free_memory=remaining.get("MEMORY", 0),
        provider=described.get("capacityProviderName", ""),
        tasks=tuple(tasks),
    )


def _numbers(resources: Iterable[ResourceOutputTypeDef]) -> dict[str, int]:
    return {each["name"]: each["integerValue"] for each in resources if each.get("type") == "INTEGER"}
