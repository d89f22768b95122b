"""The log group: where the lines go that your container prints. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

DAYS_KEPT: Final = 7  # a lesson's logs need not be paid for longer; without this they are kept for ever


def create(lab: Connection, name: str | None = None) -> LogGroupTypeDef:
    """Make the log group, or return the one that is there.

    Args:
        lab: from `ecslab.connect()`.
        name: begins with `/ecs/` by custom. The lesson's name unless given.

    Returns:
        A `logGroup` as DescribeLogGroups shows it.
    """
    name = name or lab.names.log_group
    existing = find(lab, name)
    if existing:
        return existing
    try:
        lab.logs.create_log_group(logGroupName=name, tags=lab.tags("logs"))
    except lab.logs.exceptions.ResourceAlreadyExistsException:  # another notebook was a moment quicker
        pass
    else:
        lab.logs.put_retention_policy(logGroupName=name, retentionInDays=DAYS_KEPT)
    return find(lab, name) or {}


def find(lab: Connection, name: str | None = None) -> LogGroupTypeDef | None:
    """The log group as DescribeLogGroups shows it, or None."""
    name = name or lab.names.log_group
    return next((group for group in beginning_with(lab, name) if group["logGroupName"] == name), None)


def beginning_with(lab: Connection, start: str) -> list[LogGroupTypeDef]:
    """The log groups whose names begin so."""
    return lab.logs.describe_log_groups(logGroupNamePrefix=start)["logGroups"]


def delete(lab: Connection, name: str | None = None) -> None:
    """Delete the log group with all its lines. Does nothing if it is not there."""
    or_none_if_missing(lab.logs.delete_log_group, logGroupName=name or lab.names.log_group)
