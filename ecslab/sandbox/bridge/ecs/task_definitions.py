"""Task definitions: families of revisions that are registered, deregistered and deleted, never changed.

API operations RegisterTaskDefinition, DescribeTaskDefinition, ListTaskDefinitions,
ListTaskDefinitionFamilies, DeregisterTaskDefinition and DeleteTaskDefinitions.
"""

from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.shapes import Answer, checked_tags, failure, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller, Family, Revision
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.task_definition import managed_rules
from ecslab.sandbox.world.task_definition.registration import normalised

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_DELETED: Final = 10
FEW_CONSTRAINTS: Final = 9
"""The behaviour from which on a definition has no more placement constraints than a request has."""
DELETION: Final = 60.0
"""Seconds until a deleted revision is gone, if no task uses it; AWS gives no figure."""
_NAMELESS: Final = (
    "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
)


def resolve(caller: Caller, reference: str) -> "api.TaskDefinitionTypeDef":
    """The definition that RunTask means: an ACTIVE revision, by family, family:revision or ARN; or AwsError.

    The TaskDefinition shape belongs to the state: do not change it.
    """
    revision = _revision(caller, reference)
    if revision is None:
        raise AwsError("ClientException", "TaskDefinition not found.")
    if revision.definition["status"] != "ACTIVE":
        raise AwsError("ClientException", "TaskDefinition is inactive")
    return revision.definition


def find(caller: Caller, reference: str) -> Revision:
    """A revision whatever its status, or DescribeTaskDefinition's refusal; a family's latest ACTIVE one."""
    revision = _revision(caller, reference)
    if revision is None:
        raise AwsError("ClientException", "Unable to describe task definition.")
    return revision


def _revision(caller: Caller, reference: str) -> Revision | None:
    name, _, number = (name_in("task-definition", reference, caller) or "").partition(":")
    family = state.of(caller.region).families.get(name)
    if number and not number.isdecimal():
        raise invalid(f"Invalid revision number. Number: {number}")
    if family is None:
        return None
    if number:
        return family.revisions.get(int(number))
    active = (revision for revision in reversed(family.revisions.values()) if _status(revision) == "ACTIVE")
    return next(active, None)


def register_task_definition(params: "api.RegisterTaskDefinitionRequestTypeDef", caller: Caller) -> Answer:
    tags = checked_tags(params.get("tags"))
    members = {member: value for member, value in params.items() if member != "tags"}
    _check_constraints(params)
    of_managed = current_account().behaviour >= managed_rules.SINCE
    normal = normalised(managed_rules.with_network_mode(members) if of_managed else members, caller.account)
    if of_managed:
        managed_rules.finish(normal)
    families = state.of(caller.region).families
    family = families.setdefault(normal["family"], Family(normal["family"]))
    family.last += 1
    shown = {
        "taskDefinitionArn": caller.ecs_arn(f"task-definition/{family.name}:{family.last}"),
        **normal,
        "revision": family.last,
        "status": "ACTIVE",
        "registeredAt": _now(),
        "registeredBy": caller.arn,
    }
    definition = cast("api.TaskDefinitionTypeDef", shown)  # whose timestamps are numbers, as on the wire
    family.revisions[family.last] = Revision(definition, tags)
    return {"taskDefinition": definition, **({"tags": tags} if tags else {})}


def _check_constraints(params: "api.RegisterTaskDefinitionRequestTypeDef") -> None:
    """Refuse more placement constraints than a definition can have. U: the code."""
    problem = rules.too_many(params.get("placementConstraints") or ())
    if problem and current_account().behaviour >= FEW_CONSTRAINTS:
        raise AwsError("ClientException", problem)


def describe_task_definition(params: "api.DescribeTaskDefinitionRequestTypeDef", caller: Caller) -> Answer:
    revision = find(caller, params["taskDefinition"])
    return {
        "taskDefinition": revision.definition,
        "tags": list(revision.tags) if "TAGS" in params.get("include", []) else [],
    }


def list_task_definitions(params: "api.ListTaskDefinitionsRequestTypeDef", caller: Caller) -> Answer:
    """By family in alphabetical order, then by revision; `familyPrefix` is a whole name here."""
    status, only = params.get("status", "ACTIVE"), params.get("familyPrefix")
    families = state.of(caller.region).families
    arns = [
        revision.definition["taskDefinitionArn"]
        for name in sorted(families)
        if only in (None, name)
        for revision in families[name].revisions.values()
        if _status(revision) == status
    ]
    return page("taskDefinitionArns", arns[::-1] if params.get("sort") == "DESC" else arns, params)


def list_task_definition_families(
    params: "api.ListTaskDefinitionFamiliesRequestTypeDef", caller: Caller
) -> Answer:
    wanted, prefix = params.get("status", "ALL"), params.get("familyPrefix", "")
    families = state.of(caller.region).families
    named = [families[name] for name in sorted(families) if name.startswith(prefix)]
    shown = [family.name for family in named if family.revisions and wanted in ("ALL", _activity(family))]
    return page("families", shown, params)


def deregister_task_definition(
    params: "api.DeregisterTaskDefinitionRequestTypeDef", caller: Caller
) -> Answer:
    reference = params["taskDefinition"]
    if ":" not in reference.rsplit("/", 1)[-1]:
        raise invalid("Revision is missing")
    revision = find(caller, reference)
    if _status(revision) == "DELETE_IN_PROGRESS":
        raise AwsError(
            "ClientException",
            "The task definition could not be deregistered because it is in the process of being deleted.",
        )
    if _status(revision) == "INACTIVE":
        return {"taskDefinition": revision.definition}
    _change(revision, status="INACTIVE")
    answer = {"taskDefinition": revision.definition}
    _change(revision, deregisteredAt=_now())  # which later answers show, as was recorded
    return answer


def delete_task_definitions(params: "api.DeleteTaskDefinitionsRequestTypeDef", caller: Caller) -> Answer:
    wanted = params["taskDefinitions"]
    if not wanted:  # U, as the next
        raise invalid("size of TaskDefinition references list must be greater than 0")
    if len(wanted) > MOST_DELETED:
        raise invalid(f"Size of TaskDefinition references list cannot exceed {MOST_DELETED}")
    deleted, failures = [], []
    for reference in wanted:
        named = reference.rpartition("/")[2].rpartition(":")[2].isdecimal()
        revision = _revision(caller, reference) if named else None
        problem = _undeletable(revision) if named else _NAMELESS
        if revision is None or problem:
            failures.append(failure(reference, problem))
            continue
        if _status(revision) == "INACTIVE":
            # no answer that was recorded has `deleteRequestedAt`, which AWS's model has
            _change(revision, status="DELETE_IN_PROGRESS")
            _forget_later(caller.region, revision)
        deleted.append(revision.definition)
    return {"taskDefinitions": deleted, "failures": failures}


def _change(revision: Revision, **members: object) -> None:
    """Show other values from here on; what was answered before stays as it was."""
    revision.definition = cast("api.TaskDefinitionTypeDef", {**revision.definition, **members})


def _undeletable(revision: Revision | None) -> str:
    """Why DeleteTaskDefinitions cannot delete it, or nothing."""
    if revision is None:
        return (
            "The specified task definition does not exist. Specify a valid account, family, revision and try "
            "again."
        )
    if _status(revision) == "ACTIVE":
        return (
            "The specified task definition is still in ACTIVE status. Please deregister the target and try "
            "again."
        )
    return ""


def _forget_later(region: str, revision: Revision) -> None:
    """A revision stays DELETE_IN_PROGRESS until no task of it runs."""

    def forget() -> None:
        arn = revision.definition["taskDefinitionArn"]
        if any(_runs(task, arn) for task in state.of(region).tasks.values()):
            _forget_later(region, revision)
        else:
            family = state.of(region).families[revision.definition["family"]]
            family.revisions.pop(revision.definition["revision"], None)

    current_account().clock.after(DELETION, forget)


def _runs(task: Task, arn: str) -> bool:
    return bool(task.last_status != "STOPPED" and task.definition["taskDefinitionArn"] == arn)


def _activity(family: Family) -> str:
    return "ACTIVE" if "ACTIVE" in map(_status, family.revisions.values()) else "INACTIVE"


def _status(revision: Revision) -> str:
    return str(revision.definition["status"])


def _now() -> float:
    return round(current_account().clock.timestamp(), 3)
