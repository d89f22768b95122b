"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

from ecslab.connection.connection import Connection
from ecslab.course.checks import stopped_task
from ecslab.course.readers import account, services
from ecslab.course.readers.account import Facts
from ecslab.course.stages.stage_99.leftovers import left
from ecslab.course.stages.stage_99.revisions import NOTHING_MADE, counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong


def services_deleted(lab: Connection) -> Verdict:
    """No service is left in the lesson's cluster that would bring tasks back."""
    cluster = lab.names.cluster
    if not account.cluster(lab, cluster):
        return not_yet(NOTHING_MADE)
    names = services.names(lab)
    if not names:
        return _no_service(lab)
    name = lab.names.service if lab.names.service in names else names[0]
    service = services.service(lab, name) or {}
    ours = services.tasks(account.tasks(lab, cluster), name)
    alive = [task for task in ours if task["desiredStatus"] == "RUNNING"]
    by_hand = [task for task in ours if stopped_task.stopped_by_hand(task)]
    advice = f"`ecslab.service.delete(lab, {name!r})`."
    if not service.get("desiredCount"):
        return wrong(f"`{name}` is scaled to 0, but it is still there: it has to be deleted, too.", advice)
    if by_hand and alive:
        return wrong(
            f"You stopped task {account.short(by_hand[0])}, and `{name}` started {account.short(alive[0])} "
            "in its place: the service has to go first.",
            advice,
        )
    family = account.family_of({"taskDefinitionArn": service["taskDefinition"]})
    if service["taskDefinition"] not in account.revisions(lab, family, "ACTIVE"):
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
    service = services.service(lab, name)
    if service and service["status"] == "DRAINING":
        return not_yet(f"`{name}` is DRAINING: its last tasks are stopping.")
    if astray := services.elsewhere(lab, name):
        return wrong(
            f"No service is left in `{cluster}`, but there is another `{name}` in the cluster `{astray}`.",
            f"`lab.ecs.delete_service(cluster={astray!r}, service={name!r}, force=True)`.",
        )
    return done(f"No service is left in `{cluster}`: what is stopped now stays stopped.")


def _gone(lab: Connection) -> bool:
    service = services.service(lab, lab.names.service)
    return service is not None and service["status"] != "ACTIVE"


def stopped(lab: Connection) -> Verdict:
    """No task runs in the lesson's cluster, nor any of the lesson's in another."""
    name = lab.names.cluster
    cluster = account.cluster(lab, name)
    if not cluster:
        return not_yet(NOTHING_MADE)
    tasks = account.tasks(lab, name)
    alive = [task for task in tasks if task["desiredStatus"] == "RUNNING"]
    if alive:
        return _still_runs(lab, alive[0], tasks)
    ending = [task for task in tasks if task["lastStatus"] != "STOPPED"]
    if ending:
        return not_yet(f"Task {account.short(ending[0])} is {ending[0]['lastStatus']}: it is stopping.")
    service = services.service(lab, lab.names.service)
    if service and service["status"] == "ACTIVE" and service["desiredCount"]:
        return wrong(
            f"No task runs at this moment, but `{service['serviceName']}` wants {service['desiredCount']}, "
            "and goes on starting them.",
            "`ecslab.service.delete(lab)`.",
        )
    if astray := _astray(lab):
        return wrong(
            f"No task runs in `{name}`, but {account.short(astray)} of `{account.family_of(astray)}` runs in "
            f"the cluster `{astray['clusterArn'].rsplit('/', 1)[-1]}`.",
            "`lab.ecs.stop_task(cluster=…, task=…)` takes the cluster's name, too.",
        )
    if not tasks and cluster["status"] == "ACTIVE" and not service:
        return not_yet(f"No task was run in `{name}` lately: there is nothing to stop.")
    return done(f"No task runs in `{name}`.")


def _still_runs(lab: Connection, task: Facts, tasks: list[Facts]) -> Verdict:
    short, family = account.short(task), account.family_of(task)
    by_hand = [stopped for stopped in tasks if stopped_task.stopped_by_hand(stopped)]
    keeper = task["group"].removeprefix("service:")
    if keeper in services.names(lab) and by_hand:
        return wrong(
            f"Task {short} runs because the service `{keeper}` wants it: stopping tasks is of no use while "
            "that is there.",
            f"`ecslab.service.delete(lab, {keeper!r})`.",
        )
    if not account.revisions(lab, family, "ACTIVE"):
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
            f"You stopped task {account.short(meanwhile[0])}, but {short} still runs in "
            f"`{lab.names.cluster}`.",
            "`lab.ecs.list_tasks(cluster=…)` lists them all.",
        )
    if _gone(lab):
        return not_yet(
            f"The service is deleted, and its tasks with it; but task {short} was started by hand, and runs "
            f"on.",
            "Stop it: `ecslab.task.stop(lab)`.",
        )
    return not_yet(f"Task {short} still runs in `{lab.names.cluster}`.")


def _astray(lab: Connection) -> Facts | None:
    """A task of the lesson's family that runs in another cluster."""
    for cluster in [name for name in account.cluster_names(lab) if name != lab.names.cluster][:10]:
        for task in account.tasks(lab, cluster):
            if account.family_of(task) == lab.names.family and task["desiredStatus"] == "RUNNING":
                return task
    return None


def nothing_left(lab: Connection) -> Verdict:
    """Cluster, balancer, groups, logs, images, secret and roles are gone."""
    things = left(lab)
    cluster = account.cluster(lab, lab.names.cluster)
    if things and cluster and cluster["status"] == "INACTIVE":
        return wrong(
            f"The cluster is gone, but there is still {_and(things)}.",
            "`ecslab.cleanup.run(lab)` removes what this lab made, in an order that works.",
        )
    if things:
        return not_yet(f"Still there: {_and(things)}.")
    if cluster or account.revisions(lab, lab.names.family, "INACTIVE"):
        return done("Nothing of the lesson is left.")
    return not_yet(NOTHING_MADE)


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
