"""What a role's policies let it do, as far as a check needs to know: one action, on one resource."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.course.readers.account import Facts, as_list


def grants(lab: Connection, role: str, action: str) -> list[str]:
    """The resources, patterns included, for which a role's policies allow the action; [] without the role."""
    return [
        str(resource)
        for statement in _statements(lab, role)
        if statement.get("Effect") == "Allow" and _names(statement, action)
        for resource in as_list(statement.get("Resource", []))
    ]


def actions(lab: Connection, role: str, resource: str) -> list[str]:
    """The actions that its inline policies allow for the resource, as they spell them."""
    return [
        str(action)
        for statement in _inline(lab, role)
        if statement.get("Effect") == "Allow" and covers(as_list(statement.get("Resource", [])), resource)
        for action in as_list(statement.get("Action", []))
    ]


def covers(patterns: list[Any], resource: str) -> bool:
    """Whether one of the patterns stands for the resource."""
    return any(fnmatchcase(resource, str(pattern)) for pattern in patterns)


def _names(statement: Facts, action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(a).lower()) for a in as_list(statement.get("Action", [])))


def _statements(lab: Connection, role: str) -> Iterator[Facts]:
    yield from _inline(lab, role)
    attached = or_none_if_missing(lab.iam.list_attached_role_policies, RoleName=role) or {}
    for one in attached.get("AttachedPolicies", []):
        policy = lab.iam.get_policy(PolicyArn=one["PolicyArn"])["Policy"]
        version = lab.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield from _of(version["PolicyVersion"]["Document"])


def _inline(lab: Connection, role: str) -> Iterator[Facts]:
    listed = or_none_if_missing(lab.iam.list_role_policies, RoleName=role) or {"PolicyNames": []}
    for name in listed["PolicyNames"]:
        yield from _of(lab.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])


def _of(document: Any) -> Iterator[Facts]:
    found = json.loads(document) if isinstance(document, str) else document
    yield from as_list(found["Statement"])
