"""From a request for an operation of CloudWatch to the function that carries it out."""

from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch import alarm_operations, metric_operations, tag_operations
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.cloudwatch.caller import Caller
from ecslab.sandbox.bridge.cloudwatch.requests import Answer
from ecslab.sandbox.bridge.cloudwatch.validation import checked_input

__all__ = ["OPERATIONS", "call"]

Operation = Callable[..., Answer]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "DeleteAlarms": alarm_operations.delete_alarms,
    "DescribeAlarmHistory": alarm_operations.describe_alarm_history,
    "DescribeAlarms": alarm_operations.describe_alarms,
    "DescribeAlarmsForMetric": alarm_operations.describe_alarms_for_metric,
    "DisableAlarmActions": alarm_operations.disable_alarm_actions,
    "EnableAlarmActions": alarm_operations.enable_alarm_actions,
    "GetMetricData": metric_operations.get_metric_data,
    "GetMetricStatistics": metric_operations.get_metric_statistics,
    "ListMetrics": metric_operations.list_metrics,
    "ListTagsForResource": tag_operations.list_tags_for_resource,
    "PutMetricAlarm": alarm_operations.put_metric_alarm,
    "PutMetricData": metric_operations.put_metric_data,
    "SetAlarmState": alarm_operations.set_alarm_state,
    "TagResource": tag_operations.tag_resource,
    "UntagResource": tag_operations.untag_resource,
}
"""What is carried; each takes its input, checked before, and gives its output with datetimes in it."""


def call(operation: str, given: Mapping[str, object], region: str) -> Answer:
    """Carry out an operation for the account that answers now; AwsError in AWS's words."""
    account = current_account()
    params = checked_input(operation, given)
    held = cloudwatch_of(account, region)
    caller = Caller(account, region, held.store, held.alarms)
    return OPERATIONS[operation](params, caller)
