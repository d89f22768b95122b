"""Stage 99's looks at the revisions of task definitions: ACTIVE, INACTIVE, and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import cluster as clusters
from ecslab.resources import task_definition
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

NOTHING_MADE = "Nothing of the lesson was made here yet: there is nothing to clean up."


def families(lab: Connection) -> list[str]:
    """The lesson's family, and those that its exercises and the guestbook register."""
    return [lab.names.family, lab.names.guestbook, lab.name("adgu-hello"), lab.name("adgu-broken")]


def deregistered(lab: Connection) -> Verdict:
    """No revision of the lesson's families is ACTIVE."""
    family, *others = families(lab)
    active = task_definition.revisions(lab, family, "ACTIVE")
    inactive = task_definition.revisions(lab, family, "INACTIVE")
    if active and inactive:
        return _some(family, active, inactive)
    if active and _removed(lab):
        return wrong(
            f"The cluster is deleted, but `{family}` still has {counted(len(active), 'ACTIVE revision')}: "
            "definitions belong to no cluster.",
            "`ecslab.task_definition.deregister(lab)`.",
        )
    if active:
        return not_yet(f"`{family}` still has {counted(len(active), 'ACTIVE revision')}.")
    if not inactive and not _removed(lab):
        return not_yet(NOTHING_MADE)
    for other in others:
        if left := task_definition.revisions(lab, other, "ACTIVE"):
            return wrong(
                f"`{family}` is deregistered, but `{other}` still has "
                f"{counted(len(left), 'ACTIVE revision')}.",
                f"`ecslab.task_definition.deregister(lab, {other!r})`.",
            )
    return done(f"No revision of `{family}` is ACTIVE.")


def _some(family: str, active: list[str], inactive: list[str]) -> Verdict:
    newest = max(map(task_definition.revision_of, active))
    if newest < max(map(task_definition.revision_of, inactive)):
        return wrong(
            f"The newest revision of `{family}` is INACTIVE; now the name alone means revision {newest}, "
            f"which is still ACTIVE.",
            "Deregistering takes one revision at a time.",
        )
    return wrong(
        f"{len(inactive)} of {len(active) + len(inactive)} revisions of `{family}` are INACTIVE; "
        f"{_numbers(active)} still ACTIVE.",
        "Deregistering takes one revision at a time.",
    )


def deleted_for_good(lab: Connection) -> Verdict:
    """Exercise: no INACTIVE revision of the lesson's families is left."""
    family, *others = families(lab)
    active = task_definition.revisions(lab, family, "ACTIVE")
    inactive = task_definition.revisions(lab, family, "INACTIVE")
    going = task_definition.revisions(lab, family, "DELETE_IN_PROGRESS")
    if active and going:
        return wrong(
            f"Some revisions of `{family}` are deleted, but {_numbers(active)} ACTIVE: only INACTIVE ones "
            f"can be deleted.",
            "Deregister it first: `ecslab.task_definition.deregister(lab)`.",
        )
    if active:
        return not_yet(f"`{family}` has ACTIVE revisions: deregister them first.")
    if inactive and going:
        return wrong(
            f"Some are deleted, but {counted(len(inactive), 'revision')} of `{family}` "
            f"{'is' if len(inactive) == 1 else 'are'} still INACTIVE.",
            "`delete_task_definitions` takes at most ten in a call.",
        )
    if inactive:
        return not_yet(f"`{family}` has {counted(len(inactive), 'INACTIVE revision')} left.")
    if not going and not _removed(lab):
        return not_yet(NOTHING_MADE)
    if task := _held_by(lab, going):
        return wrong(
            f"Revision {task_definition.revision_of(task['taskDefinitionArn'])} of `{family}` is "
            f"DELETE_IN_PROGRESS, and stays so while task {short_id(task)} runs from it.",
            "Stop the task: `ecslab.task.stop(lab)`.",
        )
    for other in others:
        if left := task_definition.revisions(lab, other, "INACTIVE"):
            return wrong(
                f"`{family}` is gone, but `{other}` has {counted(len(left), 'INACTIVE revision')} left.",
                f"`ecslab.task_definition.revisions(lab, {other!r}, status='INACTIVE')` lists them.",
            )
    return done(f"No revision of `{family}` is left.")


def _held_by(lab: Connection, going: list[str]) -> TaskTypeDef | None:
    """A task that still runs from one of these revisions."""
    tasks = task_reader.of_cluster(lab, lab.names.cluster) if going else []
    live = (task for task in tasks if task["lastStatus"] != "STOPPED")
    return next((task for task in live if task["taskDefinitionArn"] in going), None)


def _removed(lab: Connection) -> bool:
    """Whether the lesson's cluster was there, and was deleted."""
    return (clusters.describe(lab, lab.names.cluster) or {}).get("status") == "INACTIVE"


def _numbers(arns: list[str]) -> str:
    numbers = [str(task_definition.revision_of(arn)) for arn in arns]
    return f"revision {numbers[0]} is" if len(numbers) == 1 else f"revisions {', '.join(numbers)} are"


def counted(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
