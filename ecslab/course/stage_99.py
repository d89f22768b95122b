"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

import ecslab
from ecslab.course import account
from ecslab.course.step import Step
from ecslab.course.verdict import Verdict, done, not_yet, wrong
from ecslab.lab import Lab

NOTHING_MADE = "Nothing of the lesson was made here yet: there is nothing to clean up."


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
    """Cluster, group, logs, images and role are gone."""
    left = _left(lab)
    cluster = account.cluster(lab, lab.names.cluster)
    if left and cluster and cluster["status"] == "INACTIVE":
        return wrong(
            f"The cluster is gone, but there is still {_and(left)}.",
            "`ecslab.cleanup.run(lab)` removes what this lab made, in an order that works.",
        )
    if left:
        return not_yet(f"Still there: {_and(left)}.")
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


def _left(lab: Lab) -> list[str]:
    """What is there of the lesson and its exercises, in words."""
    names = lab.names
    found: list[str] = []
    clusters, repositories = account.cluster_names(lab), account.repository_names(lab)
    ours: tuple[str, ...] = (names.cluster, lab.name("adgu-blue"))
    found += [f"cluster `{name}`" for name in ours if name in clusters]
    ours = (names.repository, lab.name("adgu/scratch"), lab.name("adgu/frozen"))
    found += [f"repository `{name}`" for name in ours if name in repositories]
    if account.groups_named(lab, names.security_group):
        found.append(f"security group `{names.security_group}`")
    if names.log_group in account.log_groups(lab, names.log_group):
        found.append(f"log group `{names.log_group}`")
    role = account.role(lab, names.execution_role) or {}
    if any(tag["Key"] == "ecslab" for tag in role.get("Tags", [])):  # one that was here before stays
        found.append(f"role `{names.execution_role}`")
    return found


def _numbers(arns: list[str]) -> str:
    numbers = [str(account.revision_of(arn)) for arn in arns]
    return f"revision {numbers[0]} is" if len(numbers) == 1 else f"revisions {', '.join(numbers)} are"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


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
        "99.stopped",
        "Stop what runs",
        3,
        stopped,
        _stop_tasks,
        (
            "Tasks first: they hold the network interfaces, and they cost.",
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
            "The order: cluster, log group and security group, repository, role.",
            "`ecslab.cleanup.plan(lab)` lists what this lab made and would remove.",
            "`ecslab.cleanup.run(lab)` removes it, and gives a receipt.",
        ),
        frozenset(
            {"DeleteCluster", "DeleteRepository", "DeleteSecurityGroup", "DeleteLogGroup", "DeleteRole"}
        ),
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
