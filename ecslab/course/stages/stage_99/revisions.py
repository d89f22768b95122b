"""Stage 99's looks at the revisions of task definitions: ACTIVE, INACTIVE, and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.words import are, counted
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.operations.guestbook import back as guestbook
from ecslab.resources import cluster as clusters
from ecslab.resources import task_definition
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

NOTHING_MADE = "Nothing of the lesson was made here yet: there is nothing to clean up."


def families(lab: Connection) -> list[str]:
    """The lesson's family, and those that the guestbook and the exercises register."""
    others = (guestbook.BACK, "adgu-hello", "adgu-practice", "adgu-broken")
    return [lab.names.family, lab.names.guestbook, *map(lab.name, others)]


def deregistered(lab: Connection) -> Verdict:
    """No revision of the lesson's families is ACTIVE."""
    family, *others = families(lab)
    active = task_definition.revisions(lab, family, "ACTIVE")
    inactive = task_definition.revisions(lab, family, "INACTIVE")
    if active and inactive:
        return _some(family, active, inactive)
    if active and _removed(lab):
        return verdicts.wrong(
            "99.active-without-cluster", family=family, revisions=counted(len(active), "ACTIVE revision")
        )
    if active:
        return not_yet(f"`{family}` still has {counted(len(active), 'ACTIVE revision')}.")
    if not inactive and not _removed(lab):
        return not_yet(NOTHING_MADE)
    for other in others:
        if left := task_definition.revisions(lab, other, "ACTIVE"):
            return verdicts.wrong(
                "99.other-family-active",
                family=family,
                other=other,
                revisions=counted(len(left), "ACTIVE revision"),
            )
    return done(f"No revision of `{family}` is ACTIVE.")


def _some(family: str, active: list[str], inactive: list[str]) -> Verdict:
    newest = max(map(task_definition.revision_of, active))
    if newest < max(map(task_definition.revision_of, inactive)):
        return verdicts.wrong("99.newest-inactive", family=family, newest=newest)
    return verdicts.wrong(
        "99.some-inactive",
        inactive=len(inactive),
        total=counted(len(active) + len(inactive), "revision"),
        verb=are(len(inactive)),
        family=family,
        revisions=_numbers(active),
    )


def deleted_for_good(lab: Connection) -> Verdict:
    """Exercise: no INACTIVE revision of the lesson's families is left."""
    family, *others = families(lab)
    active = task_definition.revisions(lab, family, "ACTIVE")
    inactive = task_definition.revisions(lab, family, "INACTIVE")
    going = task_definition.revisions(lab, family, "DELETE_IN_PROGRESS")
    if active and going:
        return verdicts.wrong("99.only-inactive-deletable", family=family, revisions=_numbers(active))
    if active:
        return not_yet(f"`{family}` has ACTIVE revisions: deregister them first.")
    if inactive and going:
        return verdicts.wrong(
            "99.some-deleted",
            revisions=counted(len(inactive), "revision"),
            family=family,
            are="is" if len(inactive) == 1 else "are",
        )
    if inactive:
        return not_yet(f"`{family}` has {counted(len(inactive), 'INACTIVE revision')} left.")
    if not going and not _removed(lab):
        return not_yet(NOTHING_MADE)
    if task := _held_by(lab, going):
        return verdicts.wrong(
            "99.held-by-task",
            revision=task_definition.revision_of(task["taskDefinitionArn"]),
            family=family,
            task=short_id(task),
        )
    for other in others:
        if left := task_definition.revisions(lab, other, "INACTIVE"):
            return verdicts.wrong(
                "99.other-family-inactive",
                family=family,
                other=other,
                revisions=counted(len(left), "INACTIVE revision"),
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
