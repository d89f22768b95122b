"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.course.stages.stage_99.leftovers import left
from ecslab.course.stages.stage_99.revisions import NOTHING_MADE
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.resources import cluster as clusters
from ecslab.resources import task_definition
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def services_deleted(lab: Connection) -> Verdict:
    """No service is left in the lesson's cluster that would bring tasks back."""
    cluster = lab.names.cluster
    if not clusters.describe(lab, cluster):
        return not_yet(NOTHING_MADE)
    names = service_reader.names(lab)
    if not names:
        return _no_service(lab)
    name = lab.names.service if lab.names.service in names else names[0]
    service = service_reader.describe(lab, name) or {}
    ours = task_reader.of_service(task_reader.of_cluster(lab, cluster), name)
    alive = [task for task in ours if task["desiredStatus"] == "RUNNING"]
    by_hand = [task for task in ours if stopped_task.stopped_by_hand(task)]
    if not service.get("desiredCount"):
        return verdicts.wrong("99.scaled-to-zero", name=name)
    if by_hand and alive:
        return verdicts.wrong(
            "99.task-replaced", stopped=short_id(by_hand[0]), name=name, task=short_id(alive[0])
        )
    family = task_definition.family_of(service["taskDefinition"])
    if service["taskDefinition"] not in task_definition.revisions(lab, family, "ACTIVE"):
        return verdicts.wrong("99.revision-deregistered", name=name)
    if lab.names.service not in names and _gone(lab):
        return verdicts.wrong("99.other-service", service=lab.names.service, name=name)
    return not_yet(f"`{name}` still keeps {counted(service['desiredCount'], 'task')} running.")


def _no_service(lab: Connection) -> Verdict:
    name, cluster = lab.names.service, lab.names.cluster
    service = service_reader.describe(lab, name)
    if service and service["status"] == "DRAINING":
        return not_yet(f"`{name}` is DRAINING: its last tasks are stopping.")
    if astray := lesson_service.elsewhere(lab, name):
        return verdicts.wrong("99.service-in-other-cluster", cluster=cluster, name=name, astray=astray)
    return done(f"No service is left in `{cluster}`: what is stopped now stays stopped.")


def _gone(lab: Connection) -> bool:
    service = service_reader.describe(lab, lab.names.service)
    return service is not None and service["status"] != "ACTIVE"


def stopped(lab: Connection) -> Verdict:
    """No task runs in the lesson's cluster, nor any of the lesson's in another."""
    name = lab.names.cluster
    cluster = clusters.describe(lab, name)
    if not cluster:
        return not_yet(NOTHING_MADE)
    tasks = task_reader.of_cluster(lab, name)
    alive = [task for task in tasks if task["desiredStatus"] == "RUNNING"]
    if alive:
        return _still_runs(lab, alive[0], tasks)
    ending = [task for task in tasks if task["lastStatus"] != "STOPPED"]
    if ending:
        return not_yet(f"Task {short_id(ending[0])} is {ending[0]['lastStatus']}: it is stopping.")
    service = service_reader.describe(lab, lab.names.service)
    if service and service["status"] == "ACTIVE" and service["desiredCount"]:
        return verdicts.wrong(
            "99.service-wants-tasks", name=service["serviceName"], desired_count=service["desiredCount"]
        )
    if astray := _astray(lab):
        return verdicts.wrong(
            "99.task-in-other-cluster",
            name=name,
            task=short_id(astray),
            family=task_family(astray),
            cluster=astray["clusterArn"].rsplit("/", 1)[-1],
        )
    if not tasks and cluster["status"] == "ACTIVE" and not service:
        return not_yet(f"No task was run in `{name}` lately: there is nothing to stop.")
    return done(f"No task runs in `{name}`.")


def _still_runs(lab: Connection, task: TaskTypeDef, tasks: list[TaskTypeDef]) -> Verdict:
    short, family = short_id(task), task_family(task)
    by_hand = [stopped for stopped in tasks if stopped_task.stopped_by_hand(stopped)]
    keeper = task["group"].removeprefix("service:")
    if keeper in service_reader.names(lab) and by_hand:
        return verdicts.wrong("99.kept-by-service", short=short, keeper=keeper)
    if not task_definition.revisions(lab, family, "ACTIVE"):
        return verdicts.wrong("99.still-runs-deregistered", family=family, short=short)
    meanwhile = [
        stopped for stopped in by_hand if stopped.get("stoppingAt", task["createdAt"]) > task["createdAt"]
    ]
    if meanwhile:
        return verdicts.wrong(
            "99.another-runs", stopped=short_id(meanwhile[0]), short=short, cluster=lab.names.cluster
        )
    if _gone(lab):
        return verdicts.not_yet("99.bare-task-runs", short=short)
    return not_yet(f"Task {short} still runs in `{lab.names.cluster}`.")


def _astray(lab: Connection) -> TaskTypeDef | None:
    """A task of the lesson's family that runs in another cluster."""
    for cluster in [name for name in clusters.names(lab) if name != lab.names.cluster][:10]:
        for task in task_reader.of_cluster(lab, cluster):
            if task_family(task) == lab.names.family and task["desiredStatus"] == "RUNNING":
                return task
    return None


def nothing_left(lab: Connection) -> Verdict:
    """Cluster, balancer, groups, logs, images, secret and roles are gone."""
    things = left(lab)
    cluster = clusters.describe(lab, lab.names.cluster)
    if things and cluster and cluster["status"] == "INACTIVE":
        return verdicts.wrong("99.leftovers", things=_and(things))
    if things:
        return not_yet(f"Still there: {_and(things)}.")
    if cluster or task_definition.revisions(lab, lab.names.family, "INACTIVE"):
        return done("Nothing of the lesson is left.")
    return not_yet(NOTHING_MADE)


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
