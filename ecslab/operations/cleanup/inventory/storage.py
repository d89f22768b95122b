"""What is stored, and who may read it: log groups, repositories, secrets, roles."""

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.kinds import Found, Known, Thing, monthly
from ecslab.resources import ecr, execution_role, log_group

_GB = 1024**3


def groups_of_logs(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """The log groups, with what their lines cost to keep."""
    for name in known.names("log group", lab.names.log_group):
        group = log_group.find(lab, name)
        if group:
            arn = group["arn"].removesuffix(":*")
            answer = or_none_if_missing(lab.logs.list_tags_for_resource, resourceArn=arn) or {}
            hourly = monthly(group.get("storedBytes", 0) / _GB * prices.LOGS_GB_MONTH)
            found.take(Thing("log group", name, name, hourly=hourly), answer.get("tags"), owner)


def repositories(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """The repositories, with what their images cost to keep."""
    for name in known.names("repository", lab.names.repository):
        repository = ecr.repository(lab, name)
        if repository:
            arn = repository["repositoryArn"]
            answer = or_none_if_missing(lab.ecr.list_tags_for_resource, resourceArn=arn) or {}
            hourly = monthly(_stored(lab, name) / 1e9 * prices.ECR_GB_MONTH)
            found.take(Thing("repository", name, name, hourly=hourly), answer.get("tags"), owner)


def _stored(lab: Connection, repository: str) -> int:
    """Bytes of the repository's images; a layer that two images share is counted twice here."""
    pages = lab.ecr.get_paginator("describe_images").paginate(repositoryName=repository)
    return sum(image.get("imageSizeInBytes", 0) for page in pages for image in page["imageDetails"])


def secrets(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """The secrets that are not deleted already."""
    client = lab.client("secretsmanager")
    for name in known.names("secret", lab.names.secret):
        shown = or_none_if_missing(client.describe_secret, SecretId=name)
        if shown and "DeletedDate" not in shown:
            hourly, how = monthly(prices.SECRET_MONTH), "(at once, past recovery)"
            thing = Thing("secret", name, shown["ARN"], hourly=hourly, status=how)
            found.take(thing, shown.get("Tags"), owner)


def roles(lab: Connection, known: Known, owner: str, found: Found) -> None:
    """The roles: execution role, task role, and what else the ledger names."""
    for name in known.names("role", lab.names.execution_role, lab.names.task_role):
        role = execution_role.find(lab, name)
        if role:
            found.take(Thing("role", name, name), role.get("Tags"), owner)


def delete_secret(lab: Connection, thing: Thing) -> None:
    """Delete the secret at once: without `force` it would stay for 7 to 30 days, and its name with it."""
    client = lab.client("secretsmanager")
    or_none_if_missing(client.delete_secret, SecretId=thing.id, ForceDeleteWithoutRecovery=True)


def delete_logs(lab: Connection, thing: Thing) -> None:
    """Delete the log group with its lines."""
    log_group.delete(lab, thing.id)


def delete_repository(lab: Connection, thing: Thing) -> None:
    """Delete the repository with its images."""
    ecr.delete_repository(lab, thing.id)


def delete_role(lab: Connection, thing: Thing) -> None:
    """Take the role's policies off, and delete it."""
    execution_role.delete(lab, thing.id)
