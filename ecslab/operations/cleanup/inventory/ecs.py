"""What ECS has of a lab: services, tasks, task definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.tags import owner_in
from ecslab.display.counted import counted
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.daemon_survey import GROUP, Daemons
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey, SurveyedCluster
from ecslab.resources import task_definition
from ecslab.resources.task import network_interface, task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef


def services(survey: Survey) -> Iterator[Resource]:
    """Our services in whatever cluster; of others' those that stand in our clusters, or have our names."""
    names = survey.names("service", survey.lab.names.service)
    for cluster in survey.clusters:
        for service in cluster.services:
            yield _service(cluster, service, ours=True)
        for service in cluster.strangers:
            if cluster.ours or service["serviceName"] in names:
                yield _service(cluster, service, ours=False)


def _service(cluster: SurveyedCluster, service: ServiceTypeDef, *, ours: bool) -> Resource:
    name, keeps = service["serviceName"], f"keeps {service.get('desiredCount', 0)}"
    return Resource(
        "service", name, service["serviceArn"], cluster.shown["clusterArn"], status=keeps, ours=ours
    )


def tasks(survey: Survey) -> Iterator[Resource]:
    """The tasks that are not STOPPED: what we or a service of ours started, and others' in our clusters."""
    for cluster in survey.clusters:
        for task in survey.tasks(cluster):
            if task.get("group", "").startswith(GROUP):  # it goes with its daemon
                continue
            ours = owns_task(survey, cluster, task)
            if ours or cluster.ours:
                yield _resource(task, ours=ours)


def owns_task(survey: Survey, cluster: SurveyedCluster, task: TaskTypeDef) -> bool:
    """Whether the lab started a task, or a service or a daemon of the lab's did."""
    if task.get("group", "").startswith(GROUP):
        return survey.look(Daemons).owns_task(task)
    services = {*(service["serviceName"] for service in cluster.services), *cluster.leaving}
    of_service = (
        task.get("group", "").removeprefix("service:") in services and owner_in(task.get("tags")) is None
    )
    return of_service or survey.ours(task.get("tags"), "task", task["taskArn"])


def foreign_tasks(survey: Survey, cluster: SurveyedCluster) -> list[TaskTypeDef]:
    """The tasks of a cluster that are not STOPPED, and that this lab did not start."""
    return [task for task in survey.tasks(cluster) if not owns_task(survey, cluster, task)]


def _resource(task: TaskTypeDef, *, ours: bool) -> Resource:
    return Resource(
        "task",
        task_reader.task_id(task),
        task["taskArn"],
        task["clusterArn"],
        network_interface.details(task).get("networkInterfaceId", ""),
        prices.of_task(task),
        task["lastStatus"],
        ours,
    )


def task_definitions(survey: Survey) -> Iterator[Resource]:
    """The ACTIVE revisions of every family that the lab registered."""
    for family in survey.families:
        for arn in task_definition.revisions(survey.lab, family):
            name = arn.rsplit("/", 1)[-1]
            yield Resource("task definition", name, arn, ours=revision_is_ours(survey, arn))


def revision_is_ours(survey: Survey, arn: str) -> bool:
    """Whether the lab registered a revision."""
    tags = task_definition.tags(
        survey.lab.unrecorded(), arn
    )  # a call for each: no list of calls gains by them
    return survey.ours(tags, "task definition", arn)


def wait_until_stopped(lab: Connection, tasks: Sequence[Resource]) -> None:
    """Wait until the tasks are STOPPED. Raises StillWaiting."""

    def all_stopped() -> bool:
        return not any(_is_alive(lab, task) for task in tasks)

    lab.wait(all_stopped, f"{counted(len(tasks), 'task')} to be STOPPED", limit=600)


def _is_alive(lab: Connection, task: Resource) -> bool:
    shown = task_reader.described(lab, task.cluster, [task.id])
    return any(each["lastStatus"] not in ("STOPPED", "DELETED") for each in shown)
