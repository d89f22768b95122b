"""What stage 04 asks about the learner's own account."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.network import network_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import details
from ecslab.resources.task.task_reader import task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def zone_ids(lab: Connection) -> set[str]:
    """The Availability Zone ids of the subnets in which the lesson's tasks are."""
    subnets = {details(task).get("subnetId", "") for task in _of(lab, lab.names.family)} - {""}
    return {subnet["AvailabilityZoneId"] for subnet in network_reader.subnets(lab, sorted(subnets))}


def seconds_to_start(lab: Connection) -> set[float]:
    """From `createdAt` to `startedAt`, of each of the lesson's tasks, in whole seconds or more exactly."""
    tasks = [task for task in _of(lab, lab.names.family) if "startedAt" in task]
    took = [(task["startedAt"] - task["createdAt"]).total_seconds() for task in tasks]
    return {number for each in took for number in (floor(each), round(each), round(each, 1), round(each, 2))}


def timestamp_never_set(lab: Connection) -> set[str]:
    """`startedAt`, once the task of the broken definition has stopped without it."""
    ended = [task for task in _of(lab, lab.name("adgu-broken")) if task["lastStatus"] == "STOPPED"]
    return {"startedAt" for task in ended if "startedAt" not in task}


def _of(lab: Connection, family: str) -> list[TaskTypeDef]:
    return [task for task in task_reader.of_cluster(lab, lab.names.cluster) if task_family(task) == family]
