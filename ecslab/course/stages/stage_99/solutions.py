"""Stage 99's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def delete_services(lab: Connection) -> None:
    for arn in lab.ecs.list_services(cluster=lab.names.cluster)["serviceArns"]:
        ecslab.service.delete(lab, arn.rsplit("/", 1)[-1])


def stop_tasks(lab: Connection) -> None:
    cluster = lab.names.cluster
    running = lab.ecs.list_tasks(cluster=cluster)["taskArns"]
    for arn in running:
        lab.ecs.stop_task(cluster=cluster, task=arn, reason="the lesson is over")

    def all_stopped() -> bool:
        tasks = lab.ecs.describe_tasks(cluster=cluster, tasks=running)["tasks"]
        return all(task["lastStatus"] == "STOPPED" for task in tasks)

    if running:
        lab.wait(all_stopped, "the tasks to stop")


def deregister(lab: Connection) -> None:
    others = map(lab.name, ("adgu-back", "adgu-hello", "adgu-practice", "adgu-broken"))
    for family in (lab.names.family, lab.names.guestbook, *others):
        ecslab.task_definition.deregister(lab, family)


def clean_up(lab: Connection) -> None:
    ecslab.cleanup.run(lab)


def delete_for_good(lab: Connection) -> None:
    others = map(lab.name, ("adgu-back", "adgu-hello", "adgu-practice", "adgu-broken"))
    for family in (lab.names.family, lab.names.guestbook, *others):
        inactive = ecslab.task_definition.revisions(lab, family, status="INACTIVE")
        for start in range(0, len(inactive), 10):
            lab.ecs.delete_task_definitions(taskDefinitions=inactive[start : start + 10])
