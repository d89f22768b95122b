"""The task role: what your own program wears when it calls AWS. Stage 09.

The same kind of role as the execution role, trusted by the same service, and used by somebody else.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources import execution_role, role

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import RoleTypeDef


def create(lab: Connection, name: str | None = None) -> RoleTypeDef:
    """Make a role that tasks may put on and that allows nothing yet, or return the one that is there.

    Returns:
        A `Role` as GetRole returns it.

    Raises:
        NotOurs: on a real account, somebody else has a role of that name.
    """
    name = name or lab.names.task_role
    lab.guard.claim("role", name)
    if not role.find(lab, name):
        lab.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(execution_role.TRUST),
            Description="What the program in your tasks may do on AWS",
            Tags=lab.tags("iam"),
        )
    return lab.wait(lambda: role.find(lab, name), f"role {name} to be there", limit=60)


def find(lab: Connection, name: str | None = None) -> RoleTypeDef | None:
    """The role as GetRole shows it, or None."""
    return role.find(lab, name or lab.names.task_role)


def policies(lab: Connection, name: str | None = None) -> list[dict[str, object]]:
    """The role's inline policies, as documents; empty if it allows nothing, or is not there."""
    return role.inline_policies(lab, name or lab.names.task_role)


def delete(lab: Connection, name: str | None = None) -> None:
    """Take the role's policies off and delete it. Does nothing if it is not there."""
    role.delete(lab, name or lab.names.task_role)
