"""A secret: a value that a task definition names, and does not hold. Stage 09.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere
from ecslab.resources import execution_role

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

READ: Final = "secretsmanager:GetSecretValue"
POLICY: Final = "read-the-secret"


def create(lab: Connection, value: str, name: str | None = None) -> DescribeSecretResponseTypeDef:
    """Keep a value in Secrets Manager, or return the secret that is there, its value unchanged.

    One that was deleted and still waits to be gone (7 to 30 days on AWS) is taken back.

    Returns:
        What DescribeSecret shows: `ARN`, `Name`, tags and dates. Never the value.

    Raises:
        NotOurs: on a real account, somebody else has a secret of that name, or had one that is not gone yet.
    """
    name = name or lab.names.secret
    lab.guard.claim("secret", name)
    existing = find(lab, name)
    if existing is None:
        lab.secretsmanager.create_secret(Name=name, SecretString=value, Tags=lab.tags("secretsmanager"))
    elif "DeletedDate" in existing:
        lab.secretsmanager.restore_secret(SecretId=name)
    return lab.wait(lambda: find(lab, name), f"secret {name} to be there", limit=60)


def find(lab: Connection, name: str | None = None) -> DescribeSecretResponseTypeDef | None:
    """The secret as DescribeSecret shows it, or None."""
    secret = or_none_if_missing(lab.secretsmanager.describe_secret, SecretId=name or lab.names.secret)
    if secret:
        del secret["ResponseMetadata"]  # type: ignore[misc]  # boto3's own, no part of the secret
    return secret


def names(lab: Connection) -> list[str]:
    """The names of the account's secrets in this Region."""
    pages = lab.secretsmanager.get_paginator("list_secrets").paginate()
    return [secret["Name"] for page in pages for secret in page["SecretList"]]


def allow(lab: Connection, role: str | None = None, name: str | None = None) -> None:
    """Let a role read the secret, by a policy of one sentence.

    Args:
        role: a role's name; the lesson's *execution* role unless given.
        name: the secret's name; the lesson's unless given.

    Raises:
        NotThere: the secret or the role was not made yet.
    """
    role = role or lab.names.execution_role
    existing = find(lab, name)
    if not existing:
        raise NotThere(
            f"there is no secret {name or lab.names.secret}.\n  next: secret.create(lab, 'a value')"
        )
    if not execution_role.find(lab, role):
        raise NotThere(f"there is no role {role}.\n  next: execution_role.create(lab, {role!r})")
    sentence = {"Effect": "Allow", "Action": READ, "Resource": existing["ARN"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [sentence]})
    lab.iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=policy)


def forbid(lab: Connection, role: str | None = None) -> None:
    """Take that policy off a role again. Does nothing if it has none."""
    or_none_if_missing(
        lab.iam.delete_role_policy, RoleName=role or lab.names.execution_role, PolicyName=POLICY
    )


def delete(lab: Connection, name: str | None = None) -> None:
    """Delete the secret at once, without the days in which AWS would keep it. Nothing if it is not there."""
    or_none_if_missing(
        lab.secretsmanager.delete_secret, SecretId=name or lab.names.secret, ForceDeleteWithoutRecovery=True
    )
