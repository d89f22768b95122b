"""Nothing left behind: what the lab made, removed in an order that works, and a receipt. Stage 99.

Only what the ledger names and the lab's tag marks is touched. It can be run twice, at once or in two places.
"""

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code, error_message, or_none_if_missing
from ecslab.errors import StillWaiting
from ecslab.operations.cleanup import inventory
from ecslab.operations.cleanup.inventory import ORDER, PREPARE, Thing
from ecslab.operations.cleanup.receipt import Kept, Left, Plan, Receipt
from ecslab.resources import task_definition

_BUSY: Final = frozenset(
    {
        "DependencyViolation", "ClusterContainsServicesException", "ClusterContainsTasksException",
        "ResourceInUse", "DeleteConflict",
    }
)  # fmt: skip
_SERVICE_ROLES: Final = {
    "AWSServiceRoleForECS": "ECS",
    "AWSServiceRoleForElasticLoadBalancing": "load balancing",
}
_DELETED_AT_ONCE: Final = 10  # revisions in one DeleteTaskDefinitions


def plan(lab: Connection, owner: str | None = None) -> Plan:
    """What is there of this lab, in the order in which it would be removed. Nothing is changed.

    Args:
        lab: from `ecslab.connect()`.
        owner: what the tag `ecslab` says on it; this lab's own unless given, for a ledger that was lost.
    """
    found = inventory.look(lab, owner or lab.ledger.owner)
    return Plan(tuple(found.ours), tuple(found.strangers))


def run(lab: Connection, owner: str | None = None, *, for_good: bool = False) -> Receipt:
    """Remove it, wait until it is gone, and look once more.

    Args:
        lab: from `ecslab.connect()`.
        owner: as in `plan`.
        for_good: whether to delete the INACTIVE revisions of its families, too, so that nobody can describe
            them any more.

    Returns:
        The receipt. What could not be removed is in its `left`; nothing is raised for it.

    Raises:
        Unreachable, ExpiredToken, …: AWS could not be spoken to any more; run it again.
    """
    before = plan(lab, owner)
    reasons: dict[str, str] = {}
    for kind in ORDER:
        things = [thing for thing in before.things if thing.kind == kind]
        if things and kind in PREPARE:
            PREPARE[kind](lab, things)
        for thing in things:
            if why := _removed(lab, thing):
                reasons[thing.id] = why
        if kind == "task" and things:
            _wait_for_tasks(lab, things, reasons)
    if for_good:
        _delete_definitions(lab)
    after = plan(lab, owner)
    still = {thing.id for thing in after.things}
    return Receipt(
        removed=tuple(thing for thing in before.things if thing.id not in still),
        left=tuple(Left(thing, reasons.get(thing.id, "it was made meanwhile")) for thing in after.things),
        kept=tuple(_kept(lab, before)),
        strangers=after.strangers,
    )


def _removed(lab: Connection, thing: Thing) -> str | None:
    """Remove one thing; while AWS says that something still hangs on it, wait. The reason, if it stays."""
    last = ""

    def attempt() -> bool:
        nonlocal last
        try:
            ORDER[thing.kind](lab, thing)
        except ClientError as error:
            last = f"{error_code(error)}: {error_message(error)}"
            if error_code(error) not in _BUSY:
                raise
            return False
        return True

    try:
        lab.wait(attempt, f"{thing.kind} {thing.name} to be free", limit=300, every=3)
    except (ClientError, StillWaiting):
        return last
    return None


def _wait_for_tasks(lab: Connection, things: list[Thing], reasons: dict[str, str]) -> None:
    def stopped() -> bool:
        return not any(_alive(lab, thing) for thing in things if thing.id not in reasons)

    try:
        lab.wait(stopped, f"{len(things)} task(s) to be STOPPED", limit=600)
    except StillWaiting as error:
        reasons.update({thing.id: str(error).splitlines()[0] for thing in things})


def _alive(lab: Connection, thing: Thing) -> bool:
    found = or_none_if_missing(lab.ecs.describe_tasks, cluster=thing.cluster, tasks=[thing.id])
    return any(task["lastStatus"] not in ("STOPPED", "DELETED") for task in (found or {"tasks": []})["tasks"])


def _delete_definitions(lab: Connection) -> None:
    """Delete the INACTIVE revisions for good; while a task still runs from one, it stays a while."""
    arns = _inactive(lab)
    for start in range(0, len(arns), _DELETED_AT_ONCE):
        lab.ecs.delete_task_definitions(taskDefinitions=arns[start : start + _DELETED_AT_ONCE])


def _inactive(lab: Connection) -> list[str]:
    """The INACTIVE revisions of the lab's families."""
    names = inventory.families(lab, inventory.Known(lab))
    return [arn for name in names for arn in task_definition.revisions(lab, name, status="INACTIVE")]


def _kept(lab: Connection, before: Plan) -> list[Kept]:
    """What AWS keeps: looked up, so that the receipt names only what there is."""
    searches: tuple[Callable[[Connection, Plan], Kept | None], ...] = (
        _definitions, _services, _clusters, _stopped_tasks, _interfaces, _service_roles,
    )  # fmt: skip
    kept: list[Kept] = []
    for search in searches:
        try:
            one = search(lab, before)
        except ClientError:  # not allowed to look: that is no reason to fail after the work is done
            continue
        if one:
            kept.append(one)
    return kept


def _definitions(lab: Connection, _before: Plan) -> Kept | None:
    arns = _inactive(lab)
    if not arns:
        return None
    names = ", ".join(dict.fromkeys(task_definition.family_of(arn) for arn in arns))
    what = f"{len(arns)} INACTIVE revision(s) of {names}"
    return Kept(what, "can still be described; delete_task_definitions removes them for good", "free")


def _services(_lab: Connection, before: Plan) -> Kept | None:
    count = sum(thing.kind == "service" for thing in before.things)
    why = "can be described for a while; the name is free again"
    return Kept(f"{count} INACTIVE service(s)", why, "free") if count else None


def _clusters(_lab: Connection, before: Plan) -> Kept | None:
    count = sum(thing.kind == "cluster" for thing in before.things)
    why = "can be described for a while; the name is free again"
    return Kept(f"{count} INACTIVE cluster(s)", why, "free") if count else None


def _stopped_tasks(_lab: Connection, before: Plan) -> Kept | None:
    count = sum(thing.kind == "task" for thing in before.things)
    return Kept(f"{count} STOPPED task(s)", "can be described for about an hour", "free") if count else None


def _interfaces(lab: Connection, before: Plan) -> Kept | None:
    ids = [thing.interface for thing in before.things if thing.interface]
    if not ids:
        return None
    named = [{"Name": "network-interface-id", "Values": ids}]
    there: list[Any] = lab.ec2.describe_network_interfaces(Filters=named)["NetworkInterfaces"]
    what = f"{len(there)} network interface(s) still detaching"
    return Kept(what, "ECS removes them within a few minutes", "free") if there else None


def _service_roles(lab: Connection, _before: Plan) -> Kept | None:
    there = [name for name in _SERVICE_ROLES if or_none_if_missing(lab.iam.get_role, RoleName=name)]
    if not there:
        return None
    owners = " and ".join(_SERVICE_ROLES[name] for name in there)
    return Kept(
        f"role{'s' * (len(there) > 1)} {', '.join(there)}",
        f"made by {owners} for {'themselves' if len(there) > 1 else 'itself'}; shared by all of it here",
        "free",
    )
