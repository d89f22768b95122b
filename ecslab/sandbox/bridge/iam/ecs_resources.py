"""What a call to ECS is about, as IAM sees it: the ARN that its refusal names, and the roles that it passes.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ecs.state import Family

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "CreateCluster": ("cluster", "clusterName"),
    "CreateService": ("service", "serviceName"),
    "DeleteCluster": ("cluster", "cluster"),
    "DeleteService": ("service", "service"),
    "DeregisterTaskDefinition": ("task-definition", "taskDefinition"),
    "DescribeClusters": ("cluster", "clusters"),
    "DescribeServices": ("service", "services"),
    "DescribeTasks": ("task", "tasks"),
    "ExecuteCommand": ("task", "task"),
    "RegisterTaskDefinition": ("task-definition", "family"),
    "RunTask": ("task-definition", "taskDefinition"),
    "StopTask": ("task", "task"),
    "UpdateCluster": ("cluster", "cluster"),
    "UpdateService": ("service", "service"),
}
"""By operation: the kind of the resource, and the member that names it; of others it is not read."""
_PASSES: Final = frozenset({"CreateService", "RegisterTaskDefinition", "RunTask", "UpdateService"})
"""U: which of them AWS asks first; each refuses."""
_ROLES: Final = ("taskRoleArn", "executionRoleArn")


def resources(operation: str, region: str, body: bytes) -> list[str | None]:
    """ARNs that the call is about; None for one that is not read from the request."""
    given, (kind, member) = _given(body), _KINDS.get(operation, ("", ""))
    value = given.get(member) or ("default" if kind == "cluster" else None)
    names = value if isinstance(value, list) else [value] if value else []
    within = f"{_last(given.get('cluster') or 'default')}/" if kind in ("service", "task") else ""
    prefix = f"arn:aws:ecs:{region}:{current_account().id}:{kind}/{within}"
    resources = [_named(operation, region, str(name), prefix) for name in names] if kind else []
    return list(resources) or [None]


def passed_roles(operation: str, region: str, body: bytes) -> Iterator[str]:
    """ARNs of the roles that a call hands to tasks: its own, and those of the definition it names."""
    if operation not in _PASSES or current_account().behaviour < 2:
        return
    given = _given(body)
    definition = _definition(region, str(given.get("taskDefinition") or ""))
    overrides = given.get("overrides")
    for name in _ROLES:
        sources = (overrides, given, definition)
        named = (source.get(name) for source in sources if isinstance(source, Mapping))
        role = next(filter(None, named), None)
        if role:
            yield _role_arn(str(role))


def _named(operation: str, region: str, name: str, prefix: str) -> str:
    if name.startswith("arn:"):
        return name
    if operation == "RegisterTaskDefinition":
        return f"{prefix}{name}:*"
    definition = _definition(region, name) if operation == "RunTask" else None
    return str(definition["taskDefinitionArn"]) if definition else f"{prefix}{name}"


def _definition(region: str, reference: str) -> Mapping[str, object] | None:
    """The task definition that a name, a name with a revision or an ARN stands for, if it is there."""
    family, _, revision = _last(reference).partition(":")
    state = current_account().regions.get(region)
    known: Family | None = state.families.get(family) if state else None
    if known is None:
        return None
    if revision:
        held = known.revisions.get(int(revision)) if revision.isdecimal() else None
        return held.definition if held else None
    active = [each.definition for each in known.revisions.values() if each.definition["status"] == "ACTIVE"]
    return active[-1] if active else None


def _role_arn(role: str) -> str:
    return role if role.startswith("arn:") else f"arn:aws:iam::{current_account().id}:role/{role}"


def _last(reference: object) -> str:
    return str(reference).rpartition("/")[2]


def _given(body: bytes) -> dict[str, object]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
