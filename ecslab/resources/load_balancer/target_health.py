"""A target group's members, with the task behind each address, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.display.tables import Table
from ecslab.resources import service
from ecslab.resources.load_balancer.target_groups import group_needed
from ecslab.resources.task import task_id
from ecslab.resources.task.network_interface import details

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef
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


@dataclass(frozen=True)
class Targets:
    """All members of a target group at one moment. It shows itself as a table."""

    members: tuple[Target, ...]

    def __iter__(self) -> Iterator[Target]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def states(self) -> dict[str, int]:
        """How many targets are in each state."""
        return {
            state: sum(one.state == state for one in self) for state in sorted({one.state for one in self})
        }

    def _table(self) -> Table:
        head = ("task", "ip", "zone", "state", "reason", "description")
        rows = tuple((one.task or "(none)", one.ip, one.zone, one.state, one.reason, one.description)
                     for one in self)  # fmt: skip
        return Table("" if rows else "No target is registered.", head if rows else (), rows)

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


def look(lab: Connection, group: TargetGroupTypeDef) -> Targets:
    """The targets of a target group (as DescribeTargetGroups shows it), by zone and address."""
    answer = lab.elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    alive = (task for task in tasks_of_late(lab) if task["lastStatus"] != "STOPPED")
    tasks = {task_ip(task): task_id(task)[:8] for task in alive}
    found = [
        Target(
            tasks.get(one["Target"]["Id"], ""),
            one["Target"]["Id"],
            one["Target"]["Port"],
            one["Target"].get("AvailabilityZone", ""),
            one["TargetHealth"]["State"],
            one["TargetHealth"].get("Reason", ""),
            one["TargetHealth"].get("Description", ""),
        )
        for one in answer["TargetHealthDescriptions"]
    ]
    return Targets(tuple(sorted(found, key=lambda one: (one.zone, one.ip))))


def settled(lab: Connection, without: TaskTypeDef | None = None) -> Targets | None:
    """The targets, once the rollout is over and there are as many healthy ones as desired, and no others.

    Args:
        lab: from `ecslab.connect()`.
        without: a task that has to be gone from among them; for while it is being replaced.

    Returns:
        The targets; None as long as it is not so.

    Raises:
        NotThere: there is no target group.
    """
    there = service.find(lab)
    if not there or not _over(there):
        return None
    now, gone = look(lab, group_needed(lab)), task_id(without)[:8] if without else None
    healthy = [one for one in now if one.state == "healthy" and one.task != gone]
    return now if len(healthy) == len(now) == there["desiredCount"] else None


def _over(there: ServiceTypeDef) -> bool:
    """Whether the service's last deployment is complete."""
    one, *others = there["deployments"]
    return not others and one.get("rolloutState", "COMPLETED") == "COMPLETED"


def tasks_of_late(lab: Connection) -> list[TaskTypeDef]:
    """The service's tasks, those that stopped within the last hour included."""
    tasks: list[dict[str, Any]] = []
    for status in ("RUNNING", "STOPPED"):
        answer = or_none_if_missing(
            lab.ecs.list_tasks, cluster=lab.names.cluster, serviceName=lab.names.service, desiredStatus=status
        )
        arns = answer["taskArns"] if answer else []
        if arns:
            tasks += lab.ecs.describe_tasks(cluster=lab.names.cluster, tasks=arns[:100])["tasks"]
    return tasks


def task_ip(task: TaskTypeDef) -> str:
    """A task's private address; "" while it has none."""
    return str(details(task).get("privateIPv4Address", ""))
