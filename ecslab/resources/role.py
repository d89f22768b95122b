"""An IAM role: who may assume it, and what its policies allow. Execution role and task role are such roles.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import RoleTypeDef

Statement = Mapping[str, object]


def find(lab: Connection, name: str) -> RoleTypeDef | None:
    """The role as GetRole shows it, or None."""
    response = or_none_if_missing(lab.iam.get_role, RoleName=name)
    return response["Role"] if response else None


def create(lab: Connection, name: str, trust: Mapping[str, object], *policies: str) -> str:
    """The ARN of the role, made if it is not there, with these policies attached.

    Args:
        trust: who may assume it; a role that is there keeps what it says.
        policies: ARNs.

    Raises:
        NotOurs: on a real account, somebody else has a role of that name.
    """
    lab.guard.claim("role", name)
    role = find(lab, name)
    if role is None:
        made = lab.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Tags=lab.tags("iam")
        )
        role = made["Role"]
    for policy in policies:
        lab.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return role["Arn"]


def trusted_services(role: RoleTypeDef) -> list[str]:
    """The services that the role's trust policy lets assume it."""
    services: list[str] = []
    for statement in _statements_of(role["AssumeRolePolicyDocument"]):
        principal = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(principal, dict):
            services += _texts(principal.get("Service", []))
    return services


def policy_names(lab: Connection, name: str) -> list[str]:
    """The names of the role's policies, attached and inline."""
    attached = lab.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    inline = lab.iam.list_role_policies(RoleName=name)["PolicyNames"]
    return [policy["PolicyName"] for policy in attached] + list(inline)


def inline_policies(lab: Connection, name: str) -> list[dict[str, object]]:
    """The documents of the role's inline policies; empty without any, or without the role."""
    listed = or_none_if_missing(lab.iam.list_role_policies, RoleName=name)
    names = listed["PolicyNames"] if listed else []
    return [
        _document(lab.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
        for policy in names
    ]


def allowed_resources(lab: Connection, name: str, action: str) -> list[str]:
    """The resources, patterns included, for which the role's policies allow the action."""
    return [
        resource
        for statement in [*_inline_statements(lab, name), *_attached_statements(lab, name)]
        if statement.get("Effect") == "Allow" and _names_action(statement, action)
        for resource in _texts(statement.get("Resource", []))
    ]


def allowed_actions(lab: Connection, name: str, resource: str) -> list[str]:
    """The actions that the role's inline policies allow for the resource, as they spell them."""
    return [
        action
        for statement in _inline_statements(lab, name)
        if statement.get("Effect") == "Allow" and covers(_texts(statement.get("Resource", [])), resource)
        for action in _texts(statement.get("Action", []))
    ]


def covers(patterns: Sequence[str], resource: str) -> bool:
    """Whether one of the patterns stands for the resource."""
    return any(fnmatchcase(resource, pattern) for pattern in patterns)


def delete(lab: Connection, name: str) -> None:
    """Take the role's policies off and delete it. Does nothing if it is not there."""
    if not find(lab, name):
        return
    for policy in lab.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        or_none_if_missing(lab.iam.detach_role_policy, RoleName=name, PolicyArn=policy["PolicyArn"])
    for inline in lab.iam.list_role_policies(RoleName=name)["PolicyNames"]:
        or_none_if_missing(lab.iam.delete_role_policy, RoleName=name, PolicyName=inline)
    or_none_if_missing(lab.iam.delete_role, RoleName=name)


def _names_action(statement: Statement, action: str) -> bool:
    return any(fnmatchcase(action.lower(), named.lower()) for named in _texts(statement.get("Action", [])))


def _attached_statements(lab: Connection, name: str) -> Iterator[Statement]:
    attached = or_none_if_missing(lab.iam.list_attached_role_policies, RoleName=name)
    for named in attached["AttachedPolicies"] if attached else []:
        policy = lab.iam.get_policy(PolicyArn=named["PolicyArn"])["Policy"]
        version = lab.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield from _statements_of(version["PolicyVersion"]["Document"])


def _inline_statements(lab: Connection, name: str) -> Iterator[Statement]:
    for document in inline_policies(lab, name):
        yield from _statements_of(document)


def _statements_of(document: object) -> Sequence[Statement]:
    statements = _document(document)["Statement"]
    return statements if isinstance(statements, list) else [statements]  # type: ignore[list-item]


def _document(document: object) -> dict[str, object]:
    """A policy as IAM gives it; boto3 decodes it, but for one that was put as something else than text."""
    decoded: dict[str, object] = json.loads(document) if isinstance(document, str) else dict(document)  # type: ignore[call-overload]
    return decoded


def _texts(value: object) -> list[str]:
    """IAM's documents hold one text where they could hold several."""
    return [str(text) for text in value] if isinstance(value, list) else [str(value)]
