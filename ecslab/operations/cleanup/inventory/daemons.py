"""The managed daemons of a lab, and their task definitions: they go before their capacity providers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.daemon_readers import tags
from ecslab.display.counted import counted
from ecslab.operations.cleanup.inventory.daemon_survey import Daemons
from ecslab.operations.cleanup.inventory.providers import Providers
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey

_DELETED_WITHIN: Final = 1800.0
"""Seconds in which a daemon is gone: its instances are drained some at a time."""


def daemons(survey: Survey) -> Iterator[Resource]:
    """The lab's, and strangers' that have a name of its ledger; one on which others' tasks depend stays."""
    names, providers = survey.names("daemon"), survey.look(Providers)
    for daemon in survey.look(Daemons).all:
        if daemon.ours or daemon.name in names:
            reasons = [providers.why_stays(name) for name in daemon.providers] if daemon.ours else []
            kept = next(filter(None, reasons), "")
            yield Resource(
                "daemon", daemon.name, daemon.arn, status=daemon.status, ours=daemon.ours, kept=kept
            )


def delete_daemon(lab: Connection, resource: Resource) -> None:
    """Delete a daemon; one that is going already is let go."""
    answer = or_none_if_missing(lab.ecs.describe_daemon, daemonArn=resource.id)
    if answer and answer["daemon"].get("status") == "ACTIVE":
        or_none_if_missing(lab.ecs.delete_daemon, daemonArn=resource.id)


def wait_until_deleted(lab: Connection, gone: Sequence[Resource]) -> None:
    """Wait until daemons are gone, and their tasks with them. Raises StillWaiting."""
    what = f"{counted(len(gone), 'daemon')} to be deleted"
    lab.wait(lambda: not any(_is_there(lab, each) for each in gone), what, limit=_DELETED_WITHIN)


def _is_there(lab: Connection, resource: Resource) -> bool:
    return or_none_if_missing(lab.ecs.describe_daemon, daemonArn=resource.id) is not None


def task_definitions(survey: Survey) -> Iterator[Resource]:
    """The ACTIVE revisions of every family of daemon task definitions that the lab registered."""
    ecs = survey.lab.ecs
    for family in survey.names("daemon task definition"):
        for shown in ecs.list_daemon_task_definitions(family=family)["daemonTaskDefinitions"]:
            arn = shown["arn"]
            ours = survey.ours(tags(ecs, arn), "daemon task definition", arn)
            yield Resource("daemon task definition", arn.rpartition("/")[2], arn, ours=ours)
