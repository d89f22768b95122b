"""Tags of alarms, by their ARNs."""

from typing import Any, Final

from ecslab.sandbox.bridge.cloudwatch.caller import Caller
from ecslab.sandbox.bridge.cloudwatch.validation import invalid_value
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.metrics.alarm import Alarm

__all__ = ["MOST", "list_tags_for_resource", "tag_resource", "untag_resource"]

MOST: Final = 50  # tags of an alarm: API_PutMetricAlarm


def list_tags_for_resource(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    tags = _alarm(params["ResourceARN"], caller).tags
    return {"Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}


def tag_resource(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    alarm = _alarm(params["ResourceARN"], caller)
    tags = alarm.tags | {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    if len(tags) > MOST:
        raise invalid_value(f"The resource cannot have more than {MOST} tags.")  # U
    alarm.tags = tags
    return {}


def untag_resource(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    alarm = _alarm(params["ResourceARN"], caller)
    alarm.tags = {key: value for key, value in alarm.tags.items() if key not in params["TagKeys"]}
    return {}


def _alarm(arn: str, caller: Caller) -> Alarm:
    if not arn.startswith("arn:"):
        raise invalid_value(f"Invalid arn syntax: {arn}")  # U
    alarm = caller.alarms.get(arn.rpartition(":alarm:")[2])
    if alarm is None or alarm.arn != arn:
        raise AwsError("ResourceNotFoundException", "Unknown", 404, ResourceType="alarm", ResourceId=arn)  # U
    return alarm
