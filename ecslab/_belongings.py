"""What a lab has made and is still there: looked for by the ledger's names, taken only by the lab's tag.

A thing that merely has a name of ours is a stranger's, and is left alone. So is what another lab tagged.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from . import ecr, execution_role, log_group, prices, task_definition
from ._interface import details
from ._missing import unless_missing
from .lab import Lab
from .tags import KEY, owner_in


@dataclass(frozen=True)
class Thing:
    """One thing in the account.

    Attributes:
        kind, name: as they are shown.
        id: what the call that removes it takes.
        cluster: of a task, the ARN of its cluster.
        interface: of a task, its network interface.
        hourly: dollars an hour while it is there; 0 for what costs nothing, or next to nothing.
        status: of a task, its `lastStatus`.
    """

    kind: str
    name: str
    id: str
    cluster: str = ""
    interface: str = ""
    hourly: float = 0.0
    status: str = ""


@dataclass
class Found:
    """What is this lab's, and what only looks like it."""

    ours: list[Thing] = field(default_factory=list)
    strangers: list[Thing] = field(default_factory=list)

    def take(self, thing: Thing, tagged: Any, owner: str) -> bool:
        """Sort a thing by its tags; True: it is ours."""
        mine = owner_in(tagged) == owner
        (self.ours if mine else self.strangers).append(thing)
        return mine


class _Known:
    """What the ledger and the lesson name."""

    def __init__(self, lab: Lab):
        self._entries = [entry for entry in lab.ledger.entries() if entry.outcome != "refused"]

    def names(self, kind: str, *more: str) -> list[str]:
        return list(dict.fromkeys([*more, *(entry.name for entry in self._entries if entry.kind == kind)]))

    def ids(self, kind: str) -> frozenset[str]:
        return frozenset(one for entry in self._entries if entry.kind == kind for one in entry.ids)


def look(lab: Lab, owner: str) -> Found:
    """Look for all of it, in the order in which it can be removed.

    Args:
        lab: from `ecslab.connect()`.
        owner: whose tag counts.
    """
    found, known = Found(), _Known(lab)
    for search in (
        _clusters, _definitions, _groups_of_logs, _security_groups, _repositories, _roles,
    ):  # fmt: skip
        search(lab, known, owner, found)
    return found


def _clusters(lab: Lab, known: _Known, owner: str, found: Found) -> None:
    """Clusters, and before them the tasks in them: all tasks in our own cluster, ours in any other."""
    names = known.names("cluster", lab.names.cluster)
    visited = list(dict.fromkeys([*names, *known.names("task")]))
    mine: list[Thing] = []
    for chunk in _chunks(visited):
        for cluster in lab.ecs.describe_clusters(clusters=chunk, include=["TAGS"])["clusters"]:
            if cluster["status"] != "ACTIVE":
                continue
            ours = owner_in(cluster.get("tags")) == owner
            found.ours += _tasks(lab, known, owner, cluster, everything=ours)
            thing = Thing("cluster", cluster["clusterName"], cluster["clusterArn"])
            if ours:
                mine.append(thing)
            elif cluster["clusterName"] in names:
                found.strangers.append(thing)
    found.ours += mine


def _tasks(lab: Lab, known: _Known, owner: str, cluster: dict[str, Any], everything: bool) -> Iterator[Thing]:
    arns: list[str] = []
    for status in ("RUNNING", "STOPPED"):  # those that are asked to stop may still be stopping
        pages = lab.ecs.get_paginator("list_tasks").paginate(
            cluster=cluster["clusterArn"], desiredStatus=status
        )
        arns += [arn for page in pages for arn in page["taskArns"]]
    for chunk in _chunks(arns):
        answer = lab.ecs.describe_tasks(cluster=cluster["clusterArn"], tasks=chunk, include=["TAGS"])
        for task in answer["tasks"]:
            ours = everything or task["taskArn"] in known.ids("task") or owner_in(task.get("tags")) == owner
            if ours and task["lastStatus"] != "STOPPED":
                yield _task(task)


def _task(task: dict[str, Any]) -> Thing:
    interface = details(task).get("networkInterfaceId", "")
    hourly = prices.task_hour(task.get("cpu") or 0, task.get("memory") or 0)
    name = task["taskArn"].rsplit("/", 1)[-1]
    return Thing("task", name, task["taskArn"], task["clusterArn"], interface, hourly, task["lastStatus"])


def _definitions(lab: Lab, known: _Known, owner: str, found: Found) -> None:
    for family in known.names("task definition", lab.names.family):
        for arn in task_definition.revisions(lab, family):
            thing = Thing("task definition", arn.rsplit("/", 1)[-1], arn)
            if arn in known.ids("task definition"):  # a revision's number is never given out again
                found.ours.append(thing)
            else:
                shown = lab.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
                found.take(thing, shown.get("tags"), owner)


def _groups_of_logs(lab: Lab, known: _Known, owner: str, found: Found) -> None:
    for name in known.names("log group", lab.names.log_group):
        group = log_group.find(lab, name)
        if group:
            arn = group["arn"].removesuffix(":*")
            answer = unless_missing(lab.logs.list_tags_for_resource, resourceArn=arn) or {}
            found.take(Thing("log group", name, name), answer.get("tags"), owner)


def _security_groups(lab: Lab, _known: _Known, owner: str, found: Found) -> None:
    tagged = [{"Name": f"tag:{KEY}", "Values": [owner]}]
    for group in lab.ec2.describe_security_groups(Filters=tagged)["SecurityGroups"]:
        name = f"{group['GroupId']} ({group['GroupName']})"
        found.ours.append(Thing("security group", name, group["GroupId"]))


def _repositories(lab: Lab, known: _Known, owner: str, found: Found) -> None:
    for name in known.names("repository", lab.names.repository):
        repository = ecr.repository(lab, name)
        if repository:
            arn = repository["repositoryArn"]
            answer = unless_missing(lab.ecr.list_tags_for_resource, resourceArn=arn) or {}
            found.take(Thing("repository", name, name), answer.get("tags"), owner)


def _roles(lab: Lab, known: _Known, owner: str, found: Found) -> None:
    for name in known.names("role", lab.names.execution_role):
        role = execution_role.find(lab, name)
        if role:
            found.take(Thing("role", name, name), role.get("Tags"), owner)


def _chunks(items: Iterable[str], size: int = 100) -> Iterator[list[str]]:
    """So many at a time as one describe call takes."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


Remove = Callable[[Lab, Thing], Any]


def _stop(lab: Lab, thing: Thing) -> None:
    lab.ecs.stop_task(cluster=thing.cluster, task=thing.id, reason="cleaned up by ecslab")


def _deregister(lab: Lab, thing: Thing) -> None:
    lab.ecs.deregister_task_definition(taskDefinition=thing.id)


def _delete_cluster(lab: Lab, thing: Thing) -> None:
    lab.ecs.delete_cluster(cluster=thing.id)


def _delete_group(lab: Lab, thing: Thing) -> None:
    unless_missing(lab.ec2.delete_security_group, GroupId=thing.id)


# Tasks hold network interfaces, interfaces hold security groups, and roles may be needed to the last.
ORDER: Final[dict[str, Remove]] = {
    "task": _stop,
    "cluster": _delete_cluster,
    "task definition": _deregister,
    "log group": lambda lab, thing: log_group.delete(lab, thing.id),
    "security group": _delete_group,
    "repository": lambda lab, thing: ecr.delete_repository(lab, thing.id),
    "role": lambda lab, thing: execution_role.delete(lab, thing.id),
}
