"""What ECS shows of tasks, by calls that read. What is not there is None or empty, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.resources.task_definition import family_of

if TYPE_CHECKING:
    from typing import Unpack

    from mypy_boto3_ecs.literals import TaskFieldType
    from mypy_boto3_ecs.type_defs import ListTasksRequestPaginateTypeDef, TaskTypeDef


def arns(lab: Connection, **wanted: Unpack[ListTasksRequestPaginateTypeDef]) -> list[str] | None:
    """The ARNs of the tasks that ListTasks finds; None without the cluster.

    Args:
        **wanted: as ListTasks takes it: `cluster`, `family`, `serviceName`, `startedBy`, and `desiredStatus`,
            which is RUNNING unless given; STOPPED are those of the last hour.
    """

    def pages() -> list[str]:
        paginator = lab.ecs.get_paginator("list_tasks")
        return [arn for page in paginator.paginate(**wanted) for arn in page["taskArns"]]

    return or_none_if_missing(pages)


def described(
    lab: Connection, cluster: str, arns: Iterable[str], include: Sequence[TaskFieldType] = ()
) -> list[TaskTypeDef]:
    """Those of the tasks that ECS still shows; `include` is `["TAGS"]` for their tags."""
    tags = {"include": include} if include else {}
    tasks: list[TaskTypeDef] = []
    for batch in batches(arns):
        response = or_none_if_missing(lab.ecs.describe_tasks, cluster=cluster, tasks=batch, **tags)
        tasks += response["tasks"] if response else []
    return tasks


def listed(lab: Connection, **wanted: Unpack[ListTasksRequestPaginateTypeDef]) -> list[TaskTypeDef]:
    """The tasks that ListTasks finds, as DescribeTasks shows them; see `arns`."""
    return described(lab, wanted["cluster"], arns(lab, **wanted) or [])


def newest_first(tasks: Iterable[TaskTypeDef]) -> list[TaskTypeDef]:
    """The tasks by the time at which they were created."""
    return sorted(tasks, key=lambda task: task["createdAt"], reverse=True)


def of_cluster(lab: Connection, cluster: str) -> list[TaskTypeDef]:
    """The tasks of a cluster, those meant to run first, then the stopped ones; newest first."""
    running = newest_first(listed(lab, cluster=cluster, desiredStatus="RUNNING"))
    return running + newest_first(listed(lab, cluster=cluster, desiredStatus="STOPPED"))


def of_service(tasks: Iterable[TaskTypeDef], service: str) -> list[TaskTypeDef]:
    """Those of the tasks that a service started."""
    return [task for task in tasks if task["group"] == f"service:{service}"]


def task_id(task: TaskTypeDef) -> str:
    """The 32 hexadecimal digits at the end of its ARN."""
    return task["taskArn"].rsplit("/", 1)[-1]


def short_id(task: TaskTypeDef) -> str:
    """The first eight characters of a task's id, as the console shows it."""
    return task_id(task)[:8]


def task_family(task: TaskTypeDef) -> str:
    """The family of the definition that the task runs."""
    return family_of(task["taskDefinitionArn"])


def in_service(task: TaskTypeDef) -> bool:
    """Whether a service started the task, and keeps it."""
    return task["group"].startswith("service:")
