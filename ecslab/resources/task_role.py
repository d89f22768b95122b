"""The task role: what your own program wears when it calls AWS. Stage 09.

The same kind of role as the execution role, trusted by the same service, and used by somebody else.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

import json
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.resources import execution_role


def create(lab: Connection, name: str | None = None) -> dict[str, Any]:
    """Make a role that tasks may put on and that allows nothing yet, or return the one that is there.

    Returns:
        A `Role` as GetRole returns it.
    """
    name = name or lab.names.task_role
    if not execution_role.find(lab, name):
        lab.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(execution_role.TRUST),
            Description="What the program in your tasks may do on AWS",
            Tags=lab.tags("iam"),
        )
    return find(lab, name) or {}


def find(lab: Connection, name: str | None = None) -> dict[str, Any] | None:
    """The role as GetRole shows it, or None."""
    return execution_role.find(lab, name or lab.names.task_role)


def policies(lab: Connection, name: str | None = None) -> list[dict[str, Any]]:
    """The role's inline policies, as documents; empty if it allows nothing, or is not there."""
    name = name or lab.names.task_role
    listed = or_none_if_missing(lab.iam.list_role_policies, RoleName=name) or {"PolicyNames": []}
    return [
        dict(lab.iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"])
        for one in listed["PolicyNames"]
    ]


def delete(lab: Connection, name: str | None = None) -> None:
    """Take the role's policies off and delete it. Does nothing if it is not there."""
    execution_role.delete(lab, name or lab.names.task_role)
