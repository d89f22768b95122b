"""Readers of Amazon ECS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ledger_lines import identity
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.resource import Clients, Resource

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import DescribeTaskDefinitionResponseTypeDef


def cluster(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A cluster by its name or ARN, unless it is INACTIVE."""
    answer = clients("ecs").describe_clusters(clusters=[reference.id], include=["TAGS"])
    for cluster in answer["clusters"]:
        if cluster["status"] != "INACTIVE":
            yield Resource(reference, cluster["clusterArn"], cluster.get("tags"))


def service(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A service by its name or ARN, unless it is INACTIVE."""
    answer = or_none_if_missing(
        clients("ecs").describe_services, cluster=reference.cluster, services=[reference.id], include=["TAGS"]
    )
    for service in answer["services"] if answer else []:
        if service["status"] != "INACTIVE":
            yield Resource(
                reference,
                service["serviceArn"],
                service.get("tags"),
                identity(service.get("createdAt")),
                service.get("createdAt"),
            )


def task(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A task by its id or ARN: without a tag it is whose service or daemon it belongs to."""
    answer = or_none_if_missing(
        clients("ecs").describe_tasks, cluster=reference.cluster, tasks=[reference.id], include=["TAGS"]
    )
    for task in answer["tasks"] if answer else []:
        kind, _, name = task.get("group", "").partition(":")
        container = Reference(kind, name, task["clusterArn"]) if kind in ("service", "daemon") else None
        yield Resource(
            reference, task["taskArn"], task.get("tags"), since=task.get("createdAt"), container=container
        )


def task_definition(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A revision, or the newest ACTIVE one of a family."""
    ecs = clients("ecs")
    answer = or_none_if_missing(_described, ecs, reference.id)
    if answer:
        definition = answer["taskDefinition"]
        yield Resource(
            reference,
            definition["taskDefinitionArn"],
            answer.get("tags"),
            since=definition.get("registeredAt"),
        )


def _described(ecs: ECSClient, definition: str) -> DescribeTaskDefinitionResponseTypeDef | None:
    try:
        return ecs.describe_task_definition(taskDefinition=definition, include=["TAGS"])
    except ecs.exceptions.ClientException as error:
        if "Unable to describe task definition" in str(error):
            return None
        raise


def family(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A family is whose newest ACTIVE revision it is: that is what the family's name alone stands for."""
    for resource in task_definition(clients, reference):
        yield Resource(
            Reference("task definition", reference.id), resource.arn, resource.tags, since=resource.since
        )
