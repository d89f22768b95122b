"""Readers of what is stored, and of who may read it: repositories, secrets, log groups, roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ledger_lines import identity
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.arns import reference_of
from ecslab.connection.ownership.resource import Clients, Resource


def repository(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A repository by its name."""
    ecr = clients("ecr")
    answer = or_none_if_missing(ecr.describe_repositories, repositoryNames=[reference.id])
    for repository in answer["repositories"] if answer else []:
        arn, created = repository["repositoryArn"], repository.get("createdAt")
        tags = ecr.list_tags_for_resource(resourceArn=arn)["tags"]
        yield Resource(reference, arn, tags, identity(created), created)


def secret(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A secret by its name or ARN, one that waits to be deleted too."""
    secret = or_none_if_missing(clients("secretsmanager").describe_secret, SecretId=reference.id)
    if secret:
        yield Resource(reference, secret["ARN"], secret.get("Tags"), since=secret.get("CreatedDate"))


def role(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A role by its name."""
    answer = or_none_if_missing(clients("iam").get_role, RoleName=reference.id)
    if answer:
        role = answer["Role"]
        yield Resource(reference, role["Arn"], role.get("Tags"), role["RoleId"], role.get("CreateDate"))


def log_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A log group by its name or ARN."""
    logs = clients("logs")
    name = reference_of(reference.id).id if reference.id.startswith("arn:") else reference.id
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for group in page["logGroups"]:
            if group["logGroupName"] == name:
                arn = group["arn"].removesuffix(":*")
                answer = or_none_if_missing(logs.list_tags_for_resource, resourceArn=arn)
                since = datetime.fromtimestamp(group["creationTime"] / 1000).astimezone()
                yield Resource(reference, arn, answer["tags"] if answer else None, since=since)
