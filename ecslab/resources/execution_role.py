"""The execution role: what Fargate wears to pull your image and write your logs. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.errors import CannotBeDone
from ecslab.resources import role

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import RoleTypeDef

# In words: the service ecs-tasks.amazonaws.com may put this role on.
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
# In words: sign in to ECR, fetch layers, make log streams and write to them. Nothing else.
POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

NEEDED: Final = (
    "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream",
    "logs:PutLogEvents",
)  # fmt: skip


def create(lab: Connection, name: str | None = None) -> RoleTypeDef:
    """Make the role with its trust policy and its permissions, or return the one that is there.

    Very many accounts have a role of that name. One that somebody else made is looked at, returned as it is,
    and not changed.

    Returns:
        A `Role` as GetRole returns it.

    Raises:
        CannotBeDone: somebody else's role of that name does not do: its trust or its policies.
        Denied: you may not make roles in this account (iam:CreateRole, iam:AttachRolePolicy, iam:TagRole).
    """
    name = name or lab.names.execution_role
    existing = find(lab, name) or _created(lab, name)
    if lab.owns(existing.get("Tags", [])):
        lab.iam.attach_role_policy(RoleName=name, PolicyArn=POLICY)  # once more changes nothing
    elif lab.where == "aws":
        _must_do(lab.unrecorded(), existing)
    return existing


def _must_do(lab: Connection, theirs: RoleTypeDef) -> None:
    """Raise CannotBeDone if a role that is not ours to change does not serve as it is."""
    name = theirs["RoleName"]
    lacks = [f"{action} is not allowed" for action in NEEDED if not role.allowed_resources(lab, name, action)]
    if not trusts_tasks(theirs):
        lacks.insert(0, "its trust policy does not name ecs-tasks.amazonaws.com")
    if lacks:
        raise CannotBeDone(
            f"the role {name} is not this lab's, and does not serve as it is.\n"
            f"  seen:     {'; '.join(lacks)}\n"
            f"  expected: what {POLICY.rpartition('/')[2]} allows; this lab does not change others' roles\n"
            "  next:     take names of your own: connect('aws', prefix='ana')"
        )


def _created(lab: Connection, name: str) -> RoleTypeDef:
    response = lab.iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="Lets ECS pull images and write logs for your tasks",
        Tags=lab.tags("iam"),
    )
    return {**response["Role"], "Tags": lab.tags("iam")}


def find(lab: Connection, name: str | None = None) -> RoleTypeDef | None:
    """The role as GetRole shows it, or None."""
    return role.find(lab, name or lab.names.execution_role)


def trusts_tasks(role: RoleTypeDef) -> bool:
    """Whether the role's trust policy lets ECS tasks put it on."""
    return "ecs-tasks.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])


def delete(lab: Connection, name: str | None = None) -> None:
    """Take the role's policies off and delete it. Does nothing if it is not there."""
    role.delete(lab, name or lab.names.execution_role)
