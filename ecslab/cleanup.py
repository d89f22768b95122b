"""Nothing left behind: what the lab made, removed in an order that works, and a receipt. Stage 99.

Only what the ledger names and the lab's tag marks is touched. It can be run twice, at once or in two places.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from . import _belongings, prices, task_definition
from ._belongings import ORDER, Thing
from ._missing import code, said, unless_missing
from ._show import Table
from .errors import StillWaiting
from .lab import Lab

_BUSY: Final = ("DependencyViolation", "ClusterContainsTasksException", "DeleteConflict")
_SERVICE_ROLE: Final = "AWSServiceRoleForECS"


@dataclass(frozen=True)
class Plan:
    """What `run` would remove, in this order.

    Attributes:
        things: what this lab made and is still there.
        strangers: what has a name of the lesson, but was not made by this lab; it is left alone.
        hourly: dollars an hour, for as long as it is there.
    """

    things: tuple[Thing, ...]
    strangers: tuple[Thing, ...]

    @property
    def hourly(self) -> float:
        return sum(thing.hourly for thing in self.things)

    def _table(self) -> Table:
        count = len(self.things)
        cost = f", about {prices.dollars(self.hourly)} an hour on a real account" if self.hourly else ""
        title = f"{count} to remove{cost}:" if count else "Nothing of this lab is there."
        rows = [
            (str(number), thing.kind, f"{thing.name} {thing.status}".strip())
            for number, thing in enumerate(self.things, start=1)
        ]
        rows += [
            ("–", thing.kind, f"{thing.name}: left alone, not made by this lab") for thing in self.strangers
        ]
        return Table(title, ("order", "what", "name") if rows else (), tuple(rows))

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


@dataclass(frozen=True)
class Left:
    """Something that could not be removed, and why."""

    thing: Thing
    why: str


@dataclass(frozen=True)
class Kept:
    """Something that AWS keeps, what becomes of it, and what it costs."""

    what: str
    why: str
    cost: str


@dataclass(frozen=True)
class Receipt:
    """What became of a clean-up.

    Attributes:
        removed: in the order in which it went.
        left: what is still there, each with the reason; run again once that is put right.
        kept: what AWS keeps by itself.
        strangers: left alone, because this lab did not make it.
    """

    removed: tuple[Thing, ...]
    left: tuple[Left, ...]
    kept: tuple[Kept, ...]
    strangers: tuple[Thing, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is left."""
        return not self.left

    @property
    def title(self) -> str:
        """`0 of 9 left.`"""
        count = len(self.left) + len(self.removed)
        return f"{len(self.left)} of {count} left." if count else "Nothing of this lab was there."

    def _parts(self) -> list[Table]:
        gone = tuple((thing.kind, thing.name) for thing in self.removed)
        left = tuple((one.thing.kind, one.thing.name, one.why) for one in self.left)
        kept = tuple((one.what, one.why, one.cost) for one in self.kept)
        others = tuple((thing.kind, thing.name) for thing in self.strangers)
        parts = (
            Table("Left, and why:", ("what", "name", "reason"), left),
            Table("Removed:", ("what", "name"), gone),
            Table("What AWS keeps:", ("what", "why", "cost"), kept),
            Table("Left alone, because this lab did not make it:", ("what", "name"), others),
        )
        return [part for part in parts if part.rows]

    def __repr__(self) -> str:
        return "\n\n".join([self.title, *map(repr, self._parts())])

    def _repr_html_(self) -> str:
        return f"<p><strong>{self.title}</strong></p>" + "".join(part._repr_html_() for part in self._parts())


def plan(lab: Lab, owner: str | None = None) -> Plan:
    """What is there of this lab, in the order in which it would be removed. Nothing is changed.

    Args:
        lab: from `ecslab.connect()`.
        owner: what the tag `ecslab` says on it; this lab's own unless given, for a ledger that was lost.
    """
    found = _belongings.look(lab, owner or lab.ledger.owner)
    return Plan(tuple(found.ours), tuple(found.strangers))


def run(lab: Lab, owner: str | None = None) -> Receipt:
    """Remove it, wait until it is gone, and look once more.

    Args:
        lab: from `ecslab.connect()`.
        owner: as in `plan`.

    Returns:
        The receipt. What could not be removed is in its `left`; nothing is raised for it.

    Raises:
        Unreachable, ExpiredToken, …: AWS could not be spoken to any more; run it again.
    """
    before = plan(lab, owner)
    reasons: dict[str, str] = {}
    for kind in ORDER:
        things = [thing for thing in before.things if thing.kind == kind]
        for thing in things:
            if why := _removed(lab, thing):
                reasons[thing.id] = why
        if kind == "task" and things:
            _wait_for_tasks(lab, things, reasons)
    after = plan(lab, owner)
    still = {thing.id for thing in after.things}
    return Receipt(
        removed=tuple(thing for thing in before.things if thing.id not in still),
        left=tuple(Left(thing, reasons.get(thing.id, "it was made meanwhile")) for thing in after.things),
        kept=tuple(_kept(lab, before)),
        strangers=after.strangers,
    )


def _removed(lab: Lab, thing: Thing) -> str | None:
    """Remove one thing; while AWS says that something still hangs on it, wait. The reason, if it stays."""
    last = ""

    def attempt() -> bool:
        nonlocal last
        try:
            ORDER[thing.kind](lab, thing)
        except ClientError as error:
            last = f"{code(error)}: {said(error)}"
            if code(error) not in _BUSY:
                raise
            return False
        return True

    try:
        lab.wait(attempt, f"{thing.kind} {thing.name} to be free", limit=300, every=3)
    except (ClientError, StillWaiting):
        return last
    return None


def _wait_for_tasks(lab: Lab, things: list[Thing], reasons: dict[str, str]) -> None:
    def stopped() -> bool:
        return not any(_alive(lab, thing) for thing in things if thing.id not in reasons)

    try:
        lab.wait(stopped, f"{len(things)} task(s) to be STOPPED", limit=600)
    except StillWaiting as error:
        reasons.update({thing.id: str(error).splitlines()[0] for thing in things})


def _alive(lab: Lab, thing: Thing) -> bool:
    found = unless_missing(lab.ecs.describe_tasks, cluster=thing.cluster, tasks=[thing.id])
    return any(task["lastStatus"] not in ("STOPPED", "DELETED") for task in (found or {"tasks": []})["tasks"])


def _kept(lab: Lab, before: Plan) -> list[Kept]:
    """What AWS keeps: looked up, so that the receipt names only what there is."""
    searches: tuple[Callable[[Lab, Plan], Kept | None], ...] = (
        _definitions, _stopped_tasks, _interfaces, _service_role,
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


def _definitions(lab: Lab, _before: Plan) -> Kept | None:
    count = len(task_definition.revisions(lab, status="INACTIVE"))
    if not count:
        return None
    what = f"{count} INACTIVE revision(s) of {lab.names.family}"
    return Kept(what, "can still be described; delete_task_definitions removes them for good", "free")


def _stopped_tasks(_lab: Lab, before: Plan) -> Kept | None:
    count = sum(thing.kind == "task" for thing in before.things)
    return Kept(f"{count} STOPPED task(s)", "can be described for about an hour", "free") if count else None


def _interfaces(lab: Lab, before: Plan) -> Kept | None:
    ids = [thing.interface for thing in before.things if thing.interface]
    if not ids:
        return None
    named = [{"Name": "network-interface-id", "Values": ids}]
    there: list[Any] = lab.ec2.describe_network_interfaces(Filters=named)["NetworkInterfaces"]
    what = f"{len(there)} network interface(s) still detaching"
    return Kept(what, "ECS removes them within a few minutes", "free") if there else None


def _service_role(lab: Lab, _before: Plan) -> Kept | None:
    if not unless_missing(lab.iam.get_role, RoleName=_SERVICE_ROLE):
        return None
    return Kept(f"role {_SERVICE_ROLE}", "ECS made it for itself; all of ECS here shares it", "free")
