"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.course.stages.stage_99.leftovers import left
from ecslab.course.stages.stage_99.revisions import NOTHING_MADE, counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong
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
    advice = f"`ecslab.service.delete(lab, {name!r})`."
    if not service.get("desiredCount"):
        return wrong(f"`{name}` is scaled to 0, but it is still there: it has to be deleted, too.", advice)
    if by_hand and alive:
        return wrong(
            f"You stopped task {short_id(by_hand[0])}, and `{name}` started {short_id(alive[0])} "
            "in its place: the service has to go first.",
            advice,
        )
    family = task_definition.family_of(service["taskDefinition"])
    if service["taskDefinition"] not in task_definition.revisions(lab, family, "ACTIVE"):
        return wrong(
            f"The revision that `{name}` runs was deregistered; it runs it all the same: INACTIVE stops "
            "nothing.",
            advice,
        )
    if lab.names.service not in names and _gone(lab):
        return wrong(f"`{lab.names.service}` is deleted, but the service `{name}` is still there.", advice)
    return not_yet(f"`{name}` still keeps {counted(service['desiredCount'], 'task')} running.")


def _no_service(lab: Connection) -> Verdict:
    name, cluster = lab.names.service, lab.names.cluster
    service = service_reader.describe(lab, name)
    if service and service["status"] == "DRAINING":
        return not_yet(f"`{name}` is DRAINING: its last tasks are stopping.")
    if astray := lesson_service.elsewhere(lab, name):
        return wrong(
            f"No service is left in `{cluster}`, but there is another `{name}` in the cluster `{astray}`.",
            f"`lab.ecs.delete_service(cluster={astray!r}, service={name!r}, force=True)`.",
        )
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
        return wrong(
            f"No task runs at this moment, but `{service['serviceName']}` wants {service['desiredCount']}, "
            "and goes on starting them.",
            "`ecslab.service.delete(lab)`.",
        )
    if astray := _astray(lab):
        return wrong(
            f"No task runs in `{name}`, but {short_id(astray)} of `{task_family(astray)}` runs in "
            f"the cluster `{astray['clusterArn'].rsplit('/', 1)[-1]}`.",
            "`lab.ecs.stop_task(cluster=…, task=…)` takes the cluster's name, too.",
        )
    if not tasks and cluster["status"] == "ACTIVE" and not service:
        return not_yet(f"No task was run in `{name}` lately: there is nothing to stop.")
    return done(f"No task runs in `{name}`.")


def _still_runs(lab: Connection, task: TaskTypeDef, tasks: list[TaskTypeDef]) -> Verdict:
    short, family = short_id(task), task_family(task)
    by_hand = [stopped for stopped in tasks if stopped_task.stopped_by_hand(stopped)]
    keeper = task["group"].removeprefix("service:")
    if keeper in service_reader.names(lab) and by_hand:
        return wrong(
            f"Task {short} runs because the service `{keeper}` wants it: stopping tasks is of no use while "
            "that is there.",
            f"`ecslab.service.delete(lab, {keeper!r})`.",
        )
    if not task_definition.revisions(lab, family, "ACTIVE"):
        return wrong(
            f"`{family}` was deregistered, but task {short} still runs from it, and costs: "
            "INACTIVE stops nothing.",
            "Stop the task: `ecslab.task.stop(lab)`.",
        )
    meanwhile = [
        stopped for stopped in by_hand if stopped.get("stoppingAt", task["createdAt"]) > task["createdAt"]
    ]
    if meanwhile:
        return wrong(
            f"You stopped task {short_id(meanwhile[0])}, but {short} still runs in `{lab.names.cluster}`.",
            "`lab.ecs.list_tasks(cluster=…)` lists them all.",
        )
    if _gone(lab):
        return not_yet(
            f"The service is deleted, and its tasks with it; but task {short} was started by hand, and runs "
            f"on.",
            "Stop it: `ecslab.task.stop(lab)`.",
        )
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
        return wrong(
            f"The cluster is gone, but there is still {_and(things)}.",
            "`ecslab.cleanup.run(lab)` removes what this lab made, in an order that works.",
        )
    if things:
        return not_yet(f"Still there: {_and(things)}.")
    if cluster or task_definition.revisions(lab, lab.names.family, "INACTIVE"):
        return done("Nothing of the lesson is left.")
    return not_yet(NOTHING_MADE)


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
