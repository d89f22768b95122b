"""Nothing left behind: what the lab made, removed in an order that works, and a receipt. Stage 99.

Only what this lab made is touched: what carries its tag, or what its ledger knows by more than the name. It
can be run twice, at once or in two places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from botocore.exceptions import ClientError

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code, error_message
from ecslab.errors import NotOurs, StillWaiting
from ecslab.operations.cleanup.inventory.other_kinds import others
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.operations.cleanup.receipt import Left, Plan, Receipt
from ecslab.operations.cleanup.removal import REMOVALS, Removal
from ecslab.operations.cleanup.retained import inactive_revisions, retained

_BUSY: Final = frozenset(
    {
        "DependencyViolation", "ClusterContainsServicesException", "ClusterContainsTasksException",
        "ClusterContainsContainerInstancesException", "ClusterContainsCapacityProviderException",
        "ResourceInUse", "ResourceInUseException", "UpdateInProgressException", "ScalingActivityInProgress",
        "DeleteConflict",
    }
)  # fmt: skip
_MOMENT: Final = 5.0  # seconds
_DELETED_AT_ONCE: Final = 10  # revisions in one DeleteTaskDefinitions


def plan(lab: Connection, owner: str | None = None) -> Plan:
    """What is there of this lab, in the order in which it would be removed. Nothing is changed.

    Args:
        owner: what the tag `ecslab` says on it; this lab's own unless given, for a ledger that was lost.
    """
    survey = Survey(lab, owner or lab.ledger.owner)
    resources = [resource for removal in REMOVALS for resource in removal.find(survey)]
    return Plan(
        resources=tuple(resource for resource in resources if resource.ours),
        strangers=tuple(resource for resource in resources if not resource.ours),
        others=tuple(others(lab)) if owner in (None, lab.ledger.owner) else (),
    )


def run(lab: Connection, owner: str | None = None, *, for_good: bool = False) -> Receipt:
    """Remove it, wait until it is gone, and look once more.

    Args:
        owner: as in `plan`.
        for_good: whether to delete the INACTIVE revisions of its families, too, so that nobody can describe
            them any more.

    Returns:
        The receipt. What could not be removed is in its `left`; nothing is raised for it.

    Raises:
        Unreachable, ExpiredToken, …: AWS could not be spoken to any more; run it again.
    """
    _let_be_seen(lab)
    before = plan(lab, owner)
    with lab.guard.cleaning_up_for(owner or lab.ledger.owner):
        reasons = _carry_out(lab, before)
        if for_good:
            for arns in batches(inactive_revisions(lab, owner), _DELETED_AT_ONCE):
                lab.ecs.delete_task_definitions(taskDefinitions=arns)
    _let_be_seen(lab)
    after = plan(lab, owner)
    if owner in (None, lab.ledger.owner) and all(each.kind == "role" for each in after.resources):
        lab.ledger.note_clean()  # roles need nothing, so they hold no other Region's roles
    still = {resource.id for resource in after.resources}
    return Receipt(
        removed=tuple(resource for resource in before.resources if resource.id not in still),
        left=tuple(
            Left(resource, resource.kept or reasons.get(resource.id, "it was made meanwhile"))
            for resource in after.resources
        ),
        retained=tuple(retained(lab, before)),
        strangers=after.strangers,
        others=after.others,
    )


def _let_be_seen(lab: Connection) -> None:
    """Where reads may come too early, let that moment pass: what changed just now is seen after it."""
    lab.patient(lambda: None, limit=_MOMENT)


def _carry_out(lab: Connection, before: Plan) -> dict[str, str]:
    """Remove what can go; for each that stays against expectation, by its id, the reason."""
    reasons: dict[str, str] = {}
    for removal in REMOVALS:
        resources = [each for each in before.resources if each.kind == removal.kind and not each.kept]
        if resources:
            reasons |= _remove_all(lab, removal, resources)
    return reasons


def _remove_all(lab: Connection, removal: Removal, resources: Sequence[Resource]) -> dict[str, str]:
    """Remove the resources of one kind; for each that stays, by its id, the reason."""
    if removal.prepare:
        removal.prepare(lab, resources)
    reasons = {each.id: why for each in resources if (why := _removed(lab, removal, each))}
    if removal.settle:
        leaving = [resource for resource in resources if resource.id not in reasons]
        try:
            removal.settle(lab, leaving)
        except StillWaiting as error:
            reasons |= {resource.id: str(error).splitlines()[0] for resource in leaving}
    return reasons


def _removed(lab: Connection, removal: Removal, resource: Resource) -> str | None:
    """Remove one resource; while AWS says that something still hangs on it, wait. The reason, if it stays."""
    last = ""

    def attempt() -> bool:
        nonlocal last
        try:
            removal.remove(lab, resource)
        except ClientError as error:
            last = f"{error_code(error)}: {error_message(error)}"
            if error_code(error) not in _BUSY:
                raise
            return False
        return True

    try:
        lab.wait(attempt, f"{resource.kind} {resource.name} to be free", limit=300, every=3)
    except (ClientError, StillWaiting):
        return last
    except NotOurs as error:  # it changed hands since the plan was made
        return str(error).splitlines()[0]
    return None
