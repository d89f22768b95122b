"""The log group: where the lines go that your container prints. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

DAYS_KEPT: Final = 7  # a lesson's logs need not be paid for longer; without this they are kept for ever


def create(lab: Connection, name: str | None = None) -> dict[str, Any]:
    """Make the log group, or return the one that is there.

    Args:
        lab: from `ecslab.connect()`.
        name: begins with `/ecs/` by custom. The lesson's name unless given.

    Returns:
        A `logGroup` as DescribeLogGroups shows it.
    """
    name = name or lab.names.log_group
    found = find(lab, name)
    if found:
        return found
    try:
        lab.logs.create_log_group(logGroupName=name, tags=lab.tags("logs"))
    except lab.logs.exceptions.ResourceAlreadyExistsException:  # another notebook was a moment quicker
        pass
    else:
        lab.logs.put_retention_policy(logGroupName=name, retentionInDays=DAYS_KEPT)
    return find(lab, name) or {}


def find(lab: Connection, name: str | None = None) -> dict[str, Any] | None:
    """The log group as DescribeLogGroups shows it, or None."""
    name = name or lab.names.log_group
    groups = lab.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((dict(group) for group in groups if group["logGroupName"] == name), None)


def delete(lab: Connection, name: str | None = None) -> None:
    """Delete the log group with all its lines. Does nothing if it is not there."""
    or_none_if_missing(lab.logs.delete_log_group, logGroupName=name or lab.names.log_group)
