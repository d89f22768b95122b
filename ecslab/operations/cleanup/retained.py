"""What AWS keeps of a lab after a clean-up, looked up, so that the receipt names only what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.display.counted import enumerated
from ecslab.operations.cleanup.inventory import ecs
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.operations.cleanup.receipt import Plan, Retained
from ecslab.resources import role, task_definition
from ecslab.resources.network import network_reader

_SERVICE_ROLES: Final = {
    "AWSServiceRoleForECS": "ECS",
    "AWSServiceRoleForElasticLoadBalancing": "load balancing",
    "AWSServiceRoleForAutoScaling": "Auto Scaling",
}


_SCALING_ROLE: Final = "AWSServiceRoleForApplicationAutoScaling_ECSService"


def retained(lab: Connection, before: Plan) -> Iterator[Retained]:
    """What AWS keeps.

    Args:
        before: what there was before the clean-up.
    """
    for search in _SEARCHES:
        try:
            result = search(lab, before)
        except ClientError:  # not allowed to look: that is no reason to fail after the work is done
            continue
        if result:
            yield result


def inactive_revisions(lab: Connection, owner: str | None = None) -> list[str]:
    """The ARNs of the INACTIVE revisions that the lab registered; others' of the same families are left out.

    Args:
        lab: from `ecslab.connect()`.
        owner: what the tag `ecslab` says on them; this lab's own unless given.
    """
    survey = Survey(lab, owner or lab.ledger.owner)
    return [
        arn
        for family in survey.families
        for arn in task_definition.revisions(lab, family, status="INACTIVE")
        if ecs.revision_is_ours(survey, arn)
    ]


def _task_definitions(lab: Connection, _before: Plan) -> Retained | None:
    arns = inactive_revisions(lab)
    families = ", ".join(dict.fromkeys(task_definition.family_of(arn) for arn in arns))
    what = f"{_counted(len(arns), 'INACTIVE revision')} of {families}"
    why = "can still be described; delete_task_definitions removes them for good"
    return Retained(what, why, "free") if arns else None


def _deleted(kind: str) -> Callable[[Connection, Plan], Retained | None]:
    """What AWS goes on to show of a kind, whenever it was deleted: each name that the ledger knows, once."""

    def search(lab: Connection, before: Plan) -> Retained | None:
        made = [entry.name for entry in lab.ledger.entries() if (entry.kind, entry.outcome) == (kind, "made")]
        names = {*made, *(resource.name for resource in before.resources if resource.kind == kind)}
        why = "can be described for a while; the name is free again"
        return Retained(_counted(len(names), f"INACTIVE {kind}"), why, "free") if names else None

    return search


def _tasks(lab: Connection, before: Plan) -> Retained | None:
    """How many tasks the services started nobody wrote down."""
    made = {entry.kind for entry in lab.ledger.entries()} | {resource.kind for resource in before.resources}
    why = "can be described for about an hour"
    return Retained("STOPPED tasks", why, "free") if made & {"task", "service"} else None


def _instances(_lab: Connection, before: Plan) -> Retained | None:
    count = sum(resource.kind == "instance" and not resource.kept for resource in before.resources)
    why = "can be described for about an hour"
    return Retained(_counted(count, "terminated instance"), why, "free") if count else None


def _interfaces(lab: Connection, before: Plan) -> Retained | None:
    ids = [resource.interface for resource in before.resources if resource.interface]
    detaching = network_reader.interfaces(lab, ids)
    what = f"{_counted(len(detaching), 'network interface')} still detaching"
    return Retained(what, "ECS removes them within a few minutes", "free") if detaching else None


def _service_roles(lab: Connection, _before: Plan) -> Retained | None:
    names = [name for name in _SERVICE_ROLES if role.find(lab, name)]
    if not names:
        return None
    services = enumerated([_SERVICE_ROLES[name] for name in names])
    return Retained(
        f"role{'s' * (len(names) > 1)} {', '.join(names)}",
        f"made by {services} for {'themselves' if len(names) > 1 else 'itself'}; shared by all of it here",
        "free",
    )


def _scaling_role(lab: Connection, _before: Plan) -> Retained | None:
    """The first scalable target made it."""
    scaled = any(entry.kind == "scalable target" for entry in lab.ledger.entries())
    if not scaled or not role.find(lab, _SCALING_ROLE):
        return None
    why = "made by Application Auto Scaling for itself; shared by all of it here"
    return Retained(f"role {_SCALING_ROLE}", why, "free")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


_SEARCHES: Final[tuple[Callable[[Connection, Plan], Retained | None], ...]] = (
    _task_definitions,
    _deleted("service"),
    _deleted("cluster"),
    _deleted("capacity provider"),
    _instances,
    _tasks,
    _interfaces,
    _service_roles,
    _scaling_role,
)
