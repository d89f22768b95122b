"""Readers of managed daemons and of their task definitions, whose tags AWS tells by a call of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ledger_lines import identity
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.resource import Clients, Resource

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import (
        DaemonDetailTypeDef,
        DaemonSummaryTypeDef,
        DescribeDaemonTaskDefinitionResponseTypeDef,
        TagTypeDef,
    )


def daemon(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A daemon by its ARN, or by its name in a cluster."""
    ecs = clients("ecs")
    if reference.id.startswith("arn:"):
        answer = or_none_if_missing(ecs.describe_daemon, daemonArn=reference.id)
        shown: list[DaemonDetailTypeDef | DaemonSummaryTypeDef] = [answer["daemon"]] if answer else []
    else:
        shown = [
            each for each in listed(ecs, reference.cluster) if name_of(each["daemonArn"]) == reference.id
        ]
    for each in shown:
        arn, born = each["daemonArn"], each.get("createdAt")
        yield Resource(reference, arn, tags(ecs, arn), identity(born), born)


def name_of(arn: str) -> str:
    """The name at the end of a daemon's ARN."""
    return arn.rpartition("/")[2]


def listed(ecs: ECSClient, cluster: str) -> Iterator[DaemonSummaryTypeDef]:
    """The daemons of a cluster, named or by its ARN, those too that are being deleted; none without it."""
    token = ""
    while True:
        if token:
            answer = or_none_if_missing(ecs.list_daemons, clusterArn=cluster, nextToken=token)
        else:
            answer = or_none_if_missing(ecs.list_daemons, clusterArn=cluster)
        yield from answer["daemonSummariesList"] if answer else []
        token = answer.get("nextToken", "") if answer else ""
        if not token:
            return


def daemon_task_definition(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A revision, or the newest ACTIVE one of a family."""
    ecs = clients("ecs")
    answer = _described(ecs, reference.id)
    if answer:
        shown = answer["daemonTaskDefinition"]
        arn = shown["daemonTaskDefinitionArn"]
        yield Resource(reference, arn, tags(ecs, arn), since=shown.get("registeredAt"))


def family(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A family is whose newest ACTIVE revision it is."""
    for resource in daemon_task_definition(clients, reference):
        named = Reference("daemon task definition", reference.id)
        yield Resource(named, resource.arn, resource.tags, since=resource.since)


def _described(ecs: ECSClient, definition: str) -> DescribeDaemonTaskDefinitionResponseTypeDef | None:
    try:
        return ecs.describe_daemon_task_definition(daemonTaskDefinition=definition)
    except ecs.exceptions.ClientException as error:
        if "not found" in str(error):
            return None
        raise


def tags(ecs: ECSClient, arn: str) -> list[TagTypeDef]:
    """The tags of a daemon or of a daemon task definition; none of one that is not there."""
    answer = or_none_if_missing(ecs.list_tags_for_resource, resourceArn=arn)
    return list(answer["tags"]) if answer else []
