"""Tags of alarms, by their ARNs."""

from collections.abc import Mapping, Sequence
from typing import Final

from ecslab.sandbox.bridge.cloudwatch.caller import Caller
from ecslab.sandbox.bridge.cloudwatch.requests import Answer, ResourceRequest, TagRequest, UntagRequest
from ecslab.sandbox.bridge.cloudwatch.validation import invalid_value
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.metrics.alarm import Alarm

__all__ = ["MOST", "add_tags", "list_tags_for_resource", "remove_tags", "tag_resource", "untag_resource"]

MOST: Final = 50  # tags of an alarm: API_PutMetricAlarm


def list_tags_for_resource(params: ResourceRequest, caller: Caller) -> Answer:
    tags = _alarm(params["ResourceARN"], caller).tags
    return {"Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}


def tag_resource(params: TagRequest, caller: Caller) -> Answer:
    add_tags(_alarm(params["ResourceARN"], caller), {tag["Key"]: tag["Value"] for tag in params["Tags"]})
    return {}


def untag_resource(params: UntagRequest, caller: Caller) -> Answer:
    remove_tags(_alarm(params["ResourceARN"], caller), params["TagKeys"])
    return {}


def add_tags(alarm: Alarm, tags: Mapping[str, str]) -> None:
    """Add tags to an alarm, or change their values; AwsError if it had too many."""
    together = alarm.tags | dict(tags)
    if len(together) > MOST:
        raise invalid_value(f"The resource cannot have more than {MOST} tags.")  # U
    alarm.tags = together


def remove_tags(alarm: Alarm, keys: Sequence[str]) -> None:
    """Take tags away by their keys."""
    alarm.tags = {key: value for key, value in alarm.tags.items() if key not in keys}


def _alarm(arn: str, caller: Caller) -> Alarm:
    if not arn.startswith("arn:"):
        raise invalid_value(f"Invalid arn syntax: {arn}")  # U
    alarm = caller.alarms.get(arn.rpartition(":alarm:")[2])
    if alarm is None or alarm.arn != arn:
        raise AwsError("ResourceNotFoundException", "Unknown", 404, ResourceType="alarm", ResourceId=arn)  # U
    return alarm
