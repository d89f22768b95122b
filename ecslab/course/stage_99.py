"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

import ecslab
from ecslab.course import _services, _tasks, account
from ecslab.course._left import left
from ecslab.course.step import Step
from ecslab.course.verdict import Verdict, done, not_yet, wrong
from ecslab.lab import Lab

REMOVALS = frozenset(
    {
        "DeleteCluster", "DeleteLoadBalancer", "DeleteTargetGroup", "DeleteRepository", "DeleteSecurityGroup",
        "DeleteLogGroup", "DeleteSecret", "DeleteRole",
    }
)  # fmt: skip
NOTHING_MADE = "Nothing of the lesson was made here yet: there is nothing to clean up."


def services(lab: Lab) -> Verdict:
    """No service is left in the lesson's cluster that would bring tasks back."""
    cluster = lab.names.cluster
    if not account.cluster(lab, cluster):
        return not_yet(NOTHING_MADE)
    there = _services.names(lab)
    if not there:
        return _no_service(lab)
    name = lab.names.service if lab.names.service in there else there[0]
    found = _services.service(lab, name) or {}
    ours = _services.tasks(account.tasks(lab, cluster), name)
    alive = [task for task in ours if task["desiredStatus"] == "RUNNING"]
    by_hand = [task for task in ours if _tasks.stopped_by_hand(task)]
    advice = f"`ecslab.service.delete(lab, {name!r})`."
    if not found.get("desiredCount"):
        return wrong(f"`{name}` is scaled to 0, but it is still there: it has to be deleted, too.", advice)
    if by_hand and alive:
        return wrong(
            f"You stopped task {account.short(by_hand[0])}, and `{name}` started {account.short(alive[0])} "
            "in its place: the service has to go first.",
            advice,
        )
    family = account.family_of({"taskDefinitionArn": found["taskDefinition"]})
    if found["taskDefinition"] not in account.revisions(lab, family, "ACTIVE"):
        return wrong(
            f"The revision that `{name}` runs was deregistered; it runs it all the same: INACTIVE stops "
            "nothing.",
            advice,
        )
    if lab.names.service not in there and _gone(lab):
        return wrong(f"`{lab.names.service}` is deleted, but the service `{name}` is still there.", advice)
    return not_yet(f"`{name}` still keeps {_count(found['desiredCount'], 'task')} running.")


def _no_service(lab: Lab) -> Verdict:
    name, cluster = lab.names.service, lab.names.cluster
    found = _services.service(lab, name)
    if found and found["status"] == "DRAINING":
        return not_yet(f"`{name}` is DRAINING: its last tasks are stopping.")
    if astray := _services.elsewhere(lab, name):
        return wrong(
            f"No service is left in `{cluster}`, but there is another `{name}` in the cluster `{astray}`.",
            f"`lab.ecs.delete_service(cluster={astray!r}, service={name!r}, force=True)`.",
        )
    return done(f"No service is left in `{cluster}`: what is stopped now stays stopped.")


def _gone(lab: Lab) -> bool:
    found = _services.service(lab, lab.names.service)
    return found is not None and found["status"] != "ACTIVE"


def stopped(lab: Lab) -> Verdict:
    """No task runs in the lesson's cluster."""
    name = lab.names.cluster
    found = account.cluster(lab, name)
    if not found:
        return not_yet(NOTHING_MADE)
    tasks = account.tasks(lab, name)
    alive = [task for task in tasks if task["desiredStatus"] == "RUNNING"]
    ending = [
        task for task in tasks if task["desiredStatus"] != "RUNNING" and task["lastStatus"] != "STOPPED"
    ]
    if not alive:
        if ending:
            return not_yet(f"Task {account.short(ending[0])} is {ending[0]['lastStatus']}: it is stopping.")
        if not tasks and found["status"] == "ACTIVE":
            return not_yet(f"No task was run in `{name}` lately: there is nothing to stop.")
        return done(f"No task runs in `{name}`.")
    short, family = account.short(alive[0]), account.family_of(alive[0])
    keeper = alive[0]["group"].removeprefix("service:")
    if keeper in _services.names(lab) and any(map(_tasks.stopped_by_hand, tasks)):
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
    return not_yet(f"Task {short} still runs in `{name}`.")


def deregistered(lab: Lab) -> Verdict:
    """No revision of the lesson's family is ACTIVE."""
    family = lab.names.family
    active = account.revisions(lab, family, "ACTIVE")
    inactive = account.revisions(lab, family, "INACTIVE")
    if active and inactive:
        return wrong(
            f"{len(inactive)} of {len(active) + len(inactive)} revisions of `{family}` are INACTIVE; "
            f"{_numbers(active)} still ACTIVE.",
            "Deregistering takes one revision at a time.",
        )
    if active:
        return not_yet(f"`{family}` still has {_count(len(active), 'ACTIVE revision')}.")
    if inactive or _removed(lab):
        return done(f"No revision of `{family}` is ACTIVE.")
    return not_yet(NOTHING_MADE)


def nothing_left(lab: Lab) -> Verdict:
    """Cluster, balancer, groups, logs, images, secret and roles are gone."""
    there = left(lab)
    cluster = account.cluster(lab, lab.names.cluster)
    if there and cluster and cluster["status"] == "INACTIVE":
        return wrong(
            f"The cluster is gone, but there is still {_and(there)}.",
            "`ecslab.cleanup.run(lab)` removes what this lab made, in an order that works.",
        )
    if there:
        return not_yet(f"Still there: {_and(there)}.")
    if cluster or account.revisions(lab, lab.names.family, "INACTIVE"):
        return done("Nothing of the lesson is left.")
    return not_yet(NOTHING_MADE)


def deleted_for_good(lab: Lab) -> Verdict:
    """Exercise: no INACTIVE revision of the lesson's family is left."""
    family = lab.names.family
    active = account.revisions(lab, family, "ACTIVE")
    if active:
        return not_yet(f"`{family}` has ACTIVE revisions: deregister them first.")
    inactive = account.revisions(lab, family, "INACTIVE")
    going = account.revisions(lab, family, "DELETE_IN_PROGRESS")
    if inactive and going:
        return wrong(
            f"Some are deleted, but {_count(len(inactive), 'revision')} of `{family}` "
            f"{'is' if len(inactive) == 1 else 'are'} still INACTIVE.",
            "`delete_task_definitions` takes at most ten in a call.",
        )
    if inactive:
        return not_yet(f"`{family}` has {_count(len(inactive), 'INACTIVE revision')} left.")
    if going or _removed(lab):
        return done(f"No revision of `{family}` is left.")
    return not_yet(NOTHING_MADE)


def _removed(lab: Lab) -> bool:
    """Whether the lesson's cluster was there, and was deleted."""
    return (account.cluster(lab, lab.names.cluster) or {}).get("status") == "INACTIVE"


def _numbers(arns: list[str]) -> str:
    numbers = [str(account.revision_of(arn)) for arn in arns]
    return f"revision {numbers[0]} is" if len(numbers) == 1 else f"revisions {', '.join(numbers)} are"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def _delete_services(lab: Lab) -> None:
    for arn in lab.ecs.list_services(cluster=lab.names.cluster)["serviceArns"]:
        ecslab.service.delete(lab, arn.rsplit("/", 1)[-1])


def _stop_tasks(lab: Lab) -> None:
    cluster = lab.names.cluster
    running = lab.ecs.list_tasks(cluster=cluster)["taskArns"]
    for arn in running:
        lab.ecs.stop_task(cluster=cluster, task=arn, reason="the lesson is over")

    def all_stopped() -> bool:
        tasks = lab.ecs.describe_tasks(cluster=cluster, tasks=running)["tasks"]
        return all(task["lastStatus"] == "STOPPED" for task in tasks)

    if running:
        lab.wait(all_stopped, "the tasks to stop")


def _deregister(lab: Lab) -> None:
    family = lab.names.family
    for arn in lab.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]:
        lab.ecs.deregister_task_definition(taskDefinition=arn)


def _clean_up(lab: Lab) -> None:
    ecslab.cleanup.run(lab)


def _delete_for_good(lab: Lab) -> None:
    inactive = lab.ecs.list_task_definitions(status="INACTIVE", familyPrefix=lab.names.family)
    arns = inactive["taskDefinitionArns"]
    for start in range(0, len(arns), 10):
        lab.ecs.delete_task_definitions(taskDefinitions=arns[start : start + 10])


STEPS = (
    Step(
        "99.services",
        "Delete the service",
        4,
        services,
        _delete_services,
        (
            "Before the tasks: a service brings back every task that you stop.",
            "DeleteService is refused while the desired count is above 0.",
            "`ecslab.service.delete(lab)` scales it to 0, deletes it and waits; behind it are ECS's "
            "`UpdateService` and `DeleteService`.",
        ),
        frozenset({"DeleteService"}),
    ),
    Step(
        "99.stopped",
        "Stop what runs",
        3,
        stopped,
        _stop_tasks,
        (
            "They hold the network interfaces, and they cost.",
            "`ecslab.task.stop(lab)` stops the lesson's; `lab.ecs.stop_task(cluster=…, task=…)` any.",
        ),
        frozenset({"StopTask"}),
    ),
    Step(
        "99.deregistered",
        "Deregister the task definition",
        3,
        deregistered,
        _deregister,
        (
            "Each revision is deregistered by itself, and becomes INACTIVE.",
            "`lab.ecs.deregister_task_definition(taskDefinition='family:1')`.",
        ),
        frozenset({"DeregisterTaskDefinition"}),
    ),
    Step(
        "99.nothing-left",
        "Remove the rest",
        4,
        nothing_left,
        _clean_up,
        (
            "The order: cluster, load balancer, target group, log group, security groups, repository, roles.",
            "`ecslab.cleanup.plan(lab)` lists what this lab made and would remove.",
            "`ecslab.cleanup.run(lab)` removes it, and gives a receipt.",
        ),
        REMOVALS,
    ),
    Step(
        "99.yours-1",
        "Your turn: for good",
        4,
        deleted_for_good,
        _delete_for_good,
        (
            "What was deregistered is listed with the status INACTIVE.",
            "They are deleted by ARN, at most ten in a call.",
            "`lab.ecs.delete_task_definitions(taskDefinitions=[…])`.",
        ),
        frozenset({"DeleteTaskDefinitions"}),
    ),
)
