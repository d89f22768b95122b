"""Daemon task definitions: families of revisions that are registered and deleted, never changed.

API operations RegisterDaemonTaskDefinition, DescribeDaemonTaskDefinition, ListDaemonTaskDefinitions and
DeleteDaemonTaskDefinition.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.daemons.sentences import refused
from ecslab.sandbox.bridge.ecs.input_validation import model
from ecslab.sandbox.bridge.ecs.shapes import Answer, checked_tags, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.daemon import task_definition
from ecslab.sandbox.world.daemon.daemon import DaemonFamily, DaemonTaskDefinition
from ecslab.sandbox.world.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

KIND: Final = "daemon-task-definition"
DELETION: Final = 60.0
"""Seconds until a deleted revision that no daemon has is gone. U: AWS gives no figure."""
_SUMMARY: Final = ("registeredAt", "registeredBy", "deleteRequestedAt", "status")
_REFUSED: Final = "ClientException"


def register_daemon_task_definition(
    params: "api.RegisterDaemonTaskDefinitionRequestTypeDef", caller: Caller
) -> Answer:
    """Register one more revision of a family."""
    tags = checked_tags(params.get("tags"))
    normal = task_definition.definition(params, caller.account)
    families = state.of(caller.region).daemon_families
    family = families.setdefault(normal["family"], DaemonFamily(normal["family"]))
    family.last += 1
    arn = caller.ecs_arn(f"{KIND}/{family.name}:{family.last}")
    normal["taskDefinitionArn"], normal["revision"] = arn, family.last
    shown = {
        "daemonTaskDefinitionArn": arn,
        **task_definition.shown(normal, params, _container_members()),
        "revision": family.last,
        "status": "ACTIVE",
        "registeredAt": _now(),
        "registeredBy": caller.arn,
    }
    family.revisions[family.last] = DaemonTaskDefinition(arn, shown, normal, tags)
    return {"daemonTaskDefinitionArn": arn}


@cache
def _container_members() -> frozenset[str]:
    return frozenset(model().shape_for("DaemonContainerDefinition").members)  # type: ignore[attr-defined]


def describe_daemon_task_definition(
    params: "api.DescribeDaemonTaskDefinitionRequestTypeDef", caller: Caller
) -> Answer:
    """One revision, or the latest ACTIVE one of a family."""
    return {"daemonTaskDefinition": find(params["daemonTaskDefinition"], caller).shown}


def find(reference: str, caller: Caller) -> DaemonTaskDefinition:
    """A revision by family, family:revision or ARN; ClientException if there is none. U: the sentence."""
    name, _, number = (name_in(KIND, reference, caller) or "").partition(":")
    family = state.of(caller.region).daemon_families.get(name)
    if number and not number.isdecimal():
        raise invalid(f"Invalid revision number. Number: {number}")
    known = family.revisions if family else {}
    if number:
        revision = known.get(int(number))
    else:
        revision = next((each for each in reversed(known.values()) if each.status == "ACTIVE"), None)
    if revision is None:
        raise refused("definition_missing", code=_REFUSED)
    return revision


def active(reference: str, caller: Caller) -> DaemonTaskDefinition:
    """A revision that a daemon may be made of; ClientException if there is none."""
    revision = find(reference, caller)
    if revision.status != "ACTIVE":
        raise refused("definition_inactive", code=_REFUSED)
    return revision


def list_daemon_task_definitions(
    params: "api.ListDaemonTaskDefinitionsRequestTypeDef", caller: Caller
) -> Answer:
    """By family in alphabetical order, then by revision; those that are ACTIVE unless a status is named."""
    status, families = params.get("status", "ACTIVE"), state.of(caller.region).daemon_families
    prefix, only = params.get("familyPrefix", ""), params.get("family")
    rows: list[dict[str, object]] = []
    for name in sorted(families):
        if not name.startswith(prefix) or only not in (None, name):
            continue
        listed = [each for each in families[name].revisions.values() if status in ("ALL", each.status)]
        rows += map(_summary, listed[-1:] if params.get("revision") == "LAST_REGISTERED" else listed)
    return page("daemonTaskDefinitions", rows[::-1] if params.get("sort") == "DESC" else rows, params)


def _summary(shown: DaemonTaskDefinition) -> dict[str, object]:
    return {"arn": shown.arn, **{name: shown.shown[name] for name in _SUMMARY if name in shown.shown}}


def delete_daemon_task_definition(
    params: "api.DeleteDaemonTaskDefinitionRequestTypeDef", caller: Caller
) -> Answer:
    """Delete a revision; daemons that have it run on, and it stays DELETE_IN_PROGRESS as long."""
    reference = params["daemonTaskDefinition"]
    if ":" not in reference.rpartition("/")[2]:
        raise refused("revision_missing")
    revision = active(reference, caller)
    revision.shown = {**revision.shown, "status": "DELETE_IN_PROGRESS", "deleteRequestedAt": _now()}
    current_account().clock.after(DELETION, lambda: forget_unused(caller.region))
    return {"daemonTaskDefinitionArn": revision.arn}


def forget_unused(region: str) -> None:
    """Let deleted revisions be gone that no daemon has any more."""
    held = state.of(region)
    used = {each.deployment.target.definition.arn for each in held.daemons.values() if each.deployment.target}
    used |= {each.target.definition.arn for each in held.daemons.values() if each.target}
    hosted = (each for managed in held.managed_instances.values() for each in managed.daemons.values())
    used |= {each.revision.definition.arn for each in hosted}
    for family in held.daemon_families.values():
        for number, each in list(family.revisions.items()):
            asked = each.shown.get("deleteRequestedAt")
            due = isinstance(asked, float) and _now() >= asked + DELETION - 1e-3
            if due and each.arn not in used:
                del family.revisions[number]


def _now() -> float:
    return round(current_account().clock.timestamp(), 3)
