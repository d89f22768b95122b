"""A target group's members, with the task behind each address, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.resources import service
from ecslab.resources.load_balancer import target_group_reader
from ecslab.resources.load_balancer.target_group_reader import target_group_needed
from ecslab.resources.service.stability import deployed
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import details
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef
    from mypy_boto3_elbv2.type_defs import TargetGroupTypeDef


@dataclass(frozen=True)
class Target:
    """One address of a target group.

    Attributes:
        task: the first eight characters of the task's id; "" where no task of the cluster has the address.
        ip, port, zone: as DescribeTargetHealth shows them.
        state: initial, healthy, unhealthy, draining, unused or unavailable.
        reason, description: why, where it is not healthy; else "".
    """

    task: str
    ip: str
    port: int
    zone: str
    state: str
    reason: str = ""
    description: str = ""


@dataclass(frozen=True, repr=False)
class Targets(ShownAsTable):
    """All members of a target group at one moment. It shows itself as a table."""

    members: tuple[Target, ...]

    def __iter__(self) -> Iterator[Target]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __bool__(self) -> bool:
        return True  # none is what a service of no tasks has: whoever waits has seen it

    def states(self) -> dict[str, int]:
        """How many targets are in each state."""
        return dict(sorted(Counter(target.state for target in self).items()))

    def _table(self) -> Table:
        head = ("task", "ip", "zone", "state", "reason", "description")
        rows = tuple(
            (each.task or "(none)", each.ip, each.zone, each.state, each.reason, each.description)
            for each in self
        )
        return Table("" if rows else "No target is registered.", head if rows else (), rows)


def look(lab: Connection, group: TargetGroupTypeDef) -> Targets:
    """The targets of a target group (as DescribeTargetGroups shows it), by zone and address."""
    members = target_group_reader.health(lab, group["TargetGroupArn"])
    cluster = lab.names.cluster
    listed = [
        *task_reader.listed(lab, cluster=cluster, desiredStatus="RUNNING"),
        *task_reader.listed(lab, cluster=cluster, desiredStatus="STOPPED"),
    ]
    alive = (task for task in listed if task["lastStatus"] != "STOPPED")
    tasks = {task_ip(task): short_id(task) for task in alive}
    targets = [
        Target(
            tasks.get(member["Target"]["Id"], ""),
            member["Target"]["Id"],
            member["Target"]["Port"],
            member["Target"].get("AvailabilityZone", ""),
            member["TargetHealth"]["State"],
            member["TargetHealth"].get("Reason", ""),
            member["TargetHealth"].get("Description", ""),
        )
        for member in members
    ]
    return Targets(tuple(sorted(targets, key=lambda target: (target.zone, target.ip))))


def settled(lab: Connection, without: TaskTypeDef | None = None) -> Targets | None:
    """The targets, once the rollout is over and there are as many healthy ones as desired, and no others.

    Args:
        without: a task that has to be gone from among them; for while it is being replaced.

    Returns:
        The targets; None as long as it is not so.

    Raises:
        NotThere: there is no target group.
    """
    existing = service.find(lab)
    if not existing or not deployed(existing):
        return None
    targets = look(lab, target_group_needed(lab))
    replaced = short_id(without) if without else None
    healthy = [target for target in targets if target.state == "healthy" and target.task != replaced]
    return targets if len(healthy) == len(targets) == existing["desiredCount"] else None


def tasks_of_late(lab: Connection) -> list[TaskTypeDef]:
    """The service's tasks, those that stopped within the last hour included."""
    cluster, service = lab.names.cluster, lab.names.service
    running = task_reader.listed(lab, cluster=cluster, serviceName=service, desiredStatus="RUNNING")
    return running + task_reader.listed(lab, cluster=cluster, serviceName=service, desiredStatus="STOPPED")


def task_ip(task: TaskTypeDef) -> str:
    """A task's private address; "" while it has none."""
    return details(task).get("privateIPv4Address", "")
