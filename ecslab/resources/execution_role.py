"""The execution role: what Fargate wears to pull your image and write your logs. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

import json
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

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


def create(lab: Connection, name: str | None = None) -> dict[str, Any]:
    """Make the role with its trust policy and its permissions, or return the one that is there.

    A role of that name that somebody else made is returned as it is, and not changed.

    Returns:
        A `Role` as GetRole returns it.

    Raises:
        Denied: you may not make roles in this account (iam:CreateRole, iam:AttachRolePolicy, iam:TagRole).
    """
    name = name or lab.names.execution_role
    role = find(lab, name) or _made(lab, name)
    if lab.owns(role.get("Tags", [])):
        lab.iam.attach_role_policy(RoleName=name, PolicyArn=POLICY)  # once more changes nothing
    return role


def _made(lab: Connection, name: str) -> dict[str, Any]:
    made = lab.iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="Lets ECS pull images and write logs for your tasks",
        Tags=lab.tags("iam"),
    )
    return {**made["Role"], "Tags": lab.tags("iam")}


def find(lab: Connection, name: str | None = None) -> dict[str, Any] | None:
    """The role as GetRole shows it, or None."""
    answer = or_none_if_missing(lab.iam.get_role, RoleName=name or lab.names.execution_role)
    return dict(answer["Role"]) if answer else None


def trusts_tasks(role: dict[str, Any]) -> bool:
    """Whether the role's trust policy lets ECS tasks put it on."""
    return "ecs-tasks.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])


def delete(lab: Connection, name: str | None = None) -> None:
    """Take the role's policies off and delete it. Does nothing if it is not there."""
    name = name or lab.names.execution_role
    if not find(lab, name):
        return
    for policy in lab.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        or_none_if_missing(lab.iam.detach_role_policy, RoleName=name, PolicyArn=policy["PolicyArn"])
    for inline in lab.iam.list_role_policies(RoleName=name)["PolicyNames"]:
        or_none_if_missing(lab.iam.delete_role_policy, RoleName=name, PolicyName=inline)
    or_none_if_missing(lab.iam.delete_role, RoleName=name)
