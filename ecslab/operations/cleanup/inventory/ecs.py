"""What ECS has of a lab: services, tasks, clusters, task definitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import owner_in
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.kinds import Found, Known, Thing, chunks
from ecslab.resources import task_definition
from ecslab.resources.task.network_interface import details

Shape = dict[str, Any]


@dataclass(frozen=True)
class _Cluster:
    """An ACTIVE cluster that may hold something of the lab; `ours`: the lab made it, so all in it is."""

    shown: Shape
    ours: bool


def clusters(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """Clusters, and before them what is in them: all of it in our own cluster, ours in any other."""
    names = known.names("cluster", lab.names.cluster)
    visited = [_Cluster(one, owner_in(one.get("tags")) == owner) for one in _visited(lab, known, names)]
    services = {
        one.shown["clusterArn"]: list(_services(lab, known, owner, one)) for one in visited
    }  # fmt: skip
    found.ours += [thing for things in services.values() for thing in things]
    for one in visited:
        kept = {thing.name for thing in services[one.shown["clusterArn"]]}
        found.ours += _tasks(lab, known, owner, one, kept)
    for one in visited:
        thing = Thing("cluster", one.shown["clusterName"], one.shown["clusterArn"])
        if one.ours:
            found.ours.append(thing)
        elif thing.name in names:
            found.strangers.append(thing)


def _visited(lab: Connection, known: Known, names: list[str]) -> Iterator[Shape]:
    """The ACTIVE clusters that the lab made, or ran something in."""
    # arn:aws:ecs:<region>:<account>:service/<cluster>/<service>
    of_services = [arn.split("/")[1] for arn in sorted(known.ids("service"))]
    everywhere = dict.fromkeys([*names, *known.names("task"), *of_services])
    for chunk in chunks(everywhere):
        for cluster in lab.ecs.describe_clusters(clusters=chunk, include=["TAGS"])["clusters"]:
            if cluster["status"] == "ACTIVE":
                yield cluster


def _services(lab: Connection, known: Known, owner: str, cluster: _Cluster) -> Iterator[Thing]:
    """The services that are not being deleted already."""
    arn = cluster.shown["clusterArn"]
    pages = lab.ecs.get_paginator("list_services").paginate(cluster=arn)
    arns = [one for page in pages for one in page["serviceArns"]]
    for chunk in chunks(arns, 10):
        for one in lab.ecs.describe_services(cluster=arn, services=chunk, include=["TAGS"])["services"]:
            recorded = one["serviceArn"] in known.ids("service")
            if cluster.ours or recorded or owner_in(one.get("tags")) == owner:
                count = one.get("desiredCount", 0)
                yield Thing("service", one["serviceName"], one["serviceArn"], arn, status=f"keeps {count}")


def _tasks(
    lab: Connection, known: Known, owner: str, cluster: _Cluster, services: set[str]
) -> Iterator[Thing]:
    """The tasks that are not STOPPED: started by the lab, or by a service of the lab's."""
    arn = cluster.shown["clusterArn"]
    arns: list[str] = []
    for status in ("RUNNING", "STOPPED"):  # those that are asked to stop may still be stopping
        pages = lab.ecs.get_paginator("list_tasks").paginate(cluster=arn, desiredStatus=status)
        arns += [one for page in pages for one in page["taskArns"]]
    for chunk in chunks(arns):
        for task in lab.ecs.describe_tasks(cluster=arn, tasks=chunk, include=["TAGS"])["tasks"]:
            kept = task.get("group", "").removeprefix("service:") in services
            recorded = task["taskArn"] in known.ids("task")
            ours = cluster.ours or recorded or kept or owner_in(task.get("tags")) == owner
            if ours and task["lastStatus"] != "STOPPED":
                yield _task(task)


def _task(task: Shape) -> Thing:
    interface = details(task).get("networkInterfaceId", "")
    hourly = prices.task_hour(task.get("cpu") or 0, task.get("memory") or 0)
    name = task["taskArn"].rsplit("/", 1)[-1]
    return Thing("task", name, task["taskArn"], task["clusterArn"], interface, hourly, task["lastStatus"])


def definitions(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """The ACTIVE revisions of every family that the lab registered."""
    for family in families(lab, known):
        for arn in task_definition.revisions(lab, family):
            thing = Thing("task definition", arn.rsplit("/", 1)[-1], arn)
            if arn in known.ids("task definition"):  # a revision's number is never given out again
                found.ours.append(thing)
            else:
                shown = lab.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
                found.take(thing, shown.get("tags"), owner)


def families(lab: Connection, known: Known) -> list[str]:
    """The families of the lesson, and those that the ledger names."""
    return known.names("task definition", lab.names.family)


def delete_service(lab: Connection, thing: Thing) -> None:
    """Scale it to 0 and delete it, which `force` does in one call. Its tasks stop by that."""
    or_none_if_missing(lab.ecs.delete_service, cluster=thing.cluster, service=thing.id, force=True)


def stop(lab: Connection, thing: Thing) -> None:
    """Ask the task to stop."""
    lab.ecs.stop_task(cluster=thing.cluster, task=thing.id, reason="cleaned up by ecslab")


def deregister(lab: Connection, thing: Thing) -> None:
    """Make the revision INACTIVE."""
    lab.ecs.deregister_task_definition(taskDefinition=thing.id)


def delete_cluster(lab: Connection, thing: Thing) -> None:
    """Delete the cluster, which has to be empty."""
    lab.ecs.delete_cluster(cluster=thing.id)
