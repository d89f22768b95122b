"""The log group: where the lines go that your container prints. Stage 03.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef, LogGroupTypeDef

_LINES: Final = 10_000  # what one call to GetLogEvents can give
DAYS_KEPT: Final = 7  # a lesson's logs need not be paid for longer; without this they are kept for ever


def create(lab: Connection, name: str | None = None) -> LogGroupTypeDef:
    """Make the log group, or return the one that is there.

    Args:
        name: begins with `/ecs/` by custom. The lesson's name unless given.

    Returns:
        A `logGroup` as DescribeLogGroups shows it.

    Raises:
        NotOurs: on a real account, somebody else has a log group of that name.
    """
    name = name or lab.names.log_group
    lab.guard.claim("log group", name)
    existing = find(lab, name)
    if existing:
        return existing
    try:
        lab.logs.create_log_group(logGroupName=name, tags=lab.tags("logs"))
    except lab.logs.exceptions.ResourceAlreadyExistsException:  # another notebook was a moment quicker
        pass
    else:
        lab.logs.put_retention_policy(logGroupName=name, retentionInDays=DAYS_KEPT)
    return lab.wait(lambda: find(lab, name), f"log group {name} to be there", limit=60)


def find(lab: Connection, name: str | None = None) -> LogGroupTypeDef | None:
    """The log group as DescribeLogGroups shows it, or None."""
    name = name or lab.names.log_group
    return next((group for group in beginning_with(lab, name) if group["logGroupName"] == name), None)


def beginning_with(lab: Connection, start: str) -> list[LogGroupTypeDef]:
    """The log groups whose names begin so."""
    return lab.logs.describe_log_groups(logGroupNamePrefix=start)["logGroups"]


def names(lab: Connection) -> list[str]:
    """The names of all log groups of this account and Region."""
    pages = lab.logs.get_paginator("describe_log_groups").paginate()
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def tags(lab: Connection, group: LogGroupTypeDef) -> dict[str, str]:
    """The tags of a log group, none if it is gone."""
    arn = group["arn"].removesuffix(":*")
    response = or_none_if_missing(lab.logs.list_tags_for_resource, resourceArn=arn)
    return response["tags"] if response else {}


def lines(lab: Connection, group: str, stream: str) -> list[str]:
    """The lines of one stream, oldest first; of more than ten thousand the newest.

    None while the container has not printed anything. A web server that is asked for its health every few
    seconds writes ten thousand lines in a day or two: who looks wants to see what it does now.
    """
    printed: list[str] = []
    request: GetLogEventsRequestTypeDef = {"logGroupName": group, "logStreamName": stream}
    while response := or_none_if_missing(lab.logs.get_log_events, **request):
        printed[:0] = [event["message"] for event in response["events"]]
        if len(printed) >= _LINES or response["nextBackwardToken"] == request.get("nextToken"):
            break
        request["nextToken"] = response["nextBackwardToken"]
    return printed


def last_lines(lab: Connection, group: str, stream: str, most: int) -> list[str]:
    """The newest lines of one stream, `most` at most, oldest first; none without the stream."""
    response = or_none_if_missing(
        lab.logs.get_log_events, logGroupName=group, logStreamName=stream, limit=most
    )
    return [event["message"] for event in response["events"]] if response else []


def delete(lab: Connection, name: str | None = None) -> None:
    """Delete the log group with all its lines. Does nothing if it is not there."""
    or_none_if_missing(lab.logs.delete_log_group, logGroupName=name or lab.names.log_group)
