"""What ECS has of a lab: services, tasks, clusters, task definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey, SurveyedCluster
from ecslab.resources import task_definition
from ecslab.resources.task import network_interface, task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def services(survey: Survey) -> Iterator[Resource]:
    """All services of our own clusters, ours in any other."""
    for cluster in survey.clusters:
        for service in cluster.services:
            yield Resource(
                "service",
                service["serviceName"],
                service["serviceArn"],
                cluster.shown["clusterArn"],
                status=f"keeps {service.get('desiredCount', 0)}",
            )


def tasks(survey: Survey) -> Iterator[Resource]:
    """The tasks that are not STOPPED: in our own clusters, started by us, or by a service of ours."""
    for cluster in survey.clusters:
        for task in _described(survey.lab, cluster.shown["clusterArn"]):
            if task["lastStatus"] != "STOPPED" and _is_ours(survey, cluster, task):
                yield _resource(task)


def _described(lab: Connection, cluster: str) -> Iterator[TaskTypeDef]:
    arns: list[str] = []
    arns += task_reader.arns(lab, cluster=cluster, desiredStatus="RUNNING") or []
    # those that are asked to stop may still be stopping
    arns += task_reader.arns(lab, cluster=cluster, desiredStatus="STOPPED") or []
    yield from task_reader.described(lab, cluster, arns, ["TAGS"])


def _is_ours(survey: Survey, cluster: SurveyedCluster, task: TaskTypeDef) -> bool:
    services = {service["serviceName"] for service in cluster.services}
    inside_ours = cluster.ours or task.get("group", "").removeprefix("service:") in services
    return survey.ours(task.get("tags"), task["taskArn"], inside_ours)


def _resource(task: TaskTypeDef) -> Resource:
    return Resource(
        "task",
        task_reader.task_id(task),
        task["taskArn"],
        task["clusterArn"],
        network_interface.details(task).get("networkInterfaceId", ""),
        prices.of_task(task),
        task["lastStatus"],
    )


def clusters(survey: Survey) -> Iterator[Resource]:
    """The clusters by name, and those by whatever name that we made."""
    names = survey.names("cluster", survey.lab.names.cluster)
    for cluster in survey.clusters:
        name = cluster.shown["clusterName"]
        if cluster.ours or name in names:
            yield Resource("cluster", name, cluster.shown["clusterArn"], ours=cluster.ours)


def task_definitions(survey: Survey) -> Iterator[Resource]:
    """The ACTIVE revisions of every family that the lab registered."""
    for family in survey.families:
        for arn in task_definition.revisions(survey.lab, family):
            # of one in the ledger the tags need not be asked: a revision's number is never given out again
            tags = None if survey.recorded(arn) else task_definition.tags(survey.lab, arn)
            name = arn.rsplit("/", 1)[-1]
            yield Resource("task definition", name, arn, ours=survey.ours(tags, arn))


def wait_until_stopped(lab: Connection, tasks: Sequence[Resource]) -> None:
    """Wait until the tasks are STOPPED. Raises StillWaiting."""

    def all_stopped() -> bool:
        return not any(_is_alive(lab, task) for task in tasks)

    lab.wait(all_stopped, f"{len(tasks)} task(s) to be STOPPED", limit=600)


def _is_alive(lab: Connection, task: Resource) -> bool:
    shown = task_reader.described(lab, task.cluster, [task.id])
    return any(each["lastStatus"] not in ("STOPPED", "DELETED") for each in shown)
