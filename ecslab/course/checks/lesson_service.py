"""What a check asks of the lesson's service and its tasks, beyond what the readers of the resources say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.display.verdict import Verdict
from ecslab.resources import cluster
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

_MOST_CLUSTERS = 10  # a check looks into so many


def elsewhere(lab: Connection, name: str) -> str | None:
    """Another ACTIVE cluster that has an ACTIVE service of that name."""
    others = [other for other in cluster.names(lab) if other != lab.names.cluster][:_MOST_CLUSTERS]
    return next((other for other in others if service_reader.find(lab, name, other)), None)


def bare_tasks(lab: Connection, tasks: Iterable[TaskTypeDef]) -> list[TaskTypeDef]:
    """The tasks of the lesson's family that no service keeps, and that are meant to run."""
    return [
        task
        for task in tasks
        if task_family(task) == lab.names.family
        and not task_reader.in_service(task)
        and task["desiredStatus"] == "RUNNING"
    ]


def last_failed(tasks: Iterable[TaskTypeDef], service: ServiceTypeDef) -> TaskTypeDef | None:
    """The service's last task that ended by itself, if it has any; newest first is expected."""
    ended = [
        task
        for task in task_reader.of_service(tasks, service["serviceName"])
        if task["desiredStatus"] == "STOPPED"
    ]
    by_itself = ("TaskFailedToStart", "EssentialContainerExited")
    return next((task for task in ended if task.get("stopCode") in by_itself), None)


def keeps_failing(name: str, task: TaskTypeDef) -> Verdict:
    """What there is to say of a service whose tasks end by themselves, the last of them this one."""
    reason, meaning = stopped_task.why(task)
    told = f"{reason}. {meaning}".replace("..", ".").rstrip()
    return verdicts.wrong("06.keep-failing", name=name, task=task_reader.short_id(task), why=told)
