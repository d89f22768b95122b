"""Operations on alarms.

U: sentences marked so.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from ecslab.sandbox.bridge.cloudwatch import metric_queries
from ecslab.sandbox.bridge.cloudwatch.alarm_history import KEPT_FOR
from ecslab.sandbox.bridge.cloudwatch.alarm_request import alarm_of
from ecslab.sandbox.bridge.cloudwatch.caller import Caller, metric_of, moment, page, shown_dimensions
from ecslab.sandbox.bridge.cloudwatch.requests import (
    AlarmNames,
    AlarmsForMetricRequest,
    AlarmsRequest,
    Answer,
    HistoryRequest,
    StateRequest,
)
from ecslab.sandbox.bridge.cloudwatch.validation import validation_error
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.metrics.alarm import Alarm, HistoryItem
from ecslab.sandbox.world.metrics.extended import PLAIN

__all__ = [
    "delete_alarms", "describe_alarm_history", "describe_alarms", "describe_alarms_for_metric",
    "disable_alarm_actions", "enable_alarm_actions", "put_metric_alarm", "set_alarm_state",
]  # fmt: skip

MOST: Final = 5000  # alarms of a Region: CloudWatch quotas
_PAGE: Final = 50  # alarms, or items of history, if nobody says how many: as botocore's pages are. U


def put_metric_alarm(params: dict[str, Any], caller: Caller) -> Answer:
    alarm = alarm_of(params, caller)
    if caller.alarms.get(alarm.name) is None and len(caller.alarms.all()) >= MOST:
        sentence = f"The maximum limit of {MOST} alarms has been reached."  # U
        raise AwsError("LimitExceeded", sentence)
    caller.alarms.put(alarm)
    return {}


def delete_alarms(params: AlarmNames, caller: Caller) -> Answer:
    """Names of alarms that there are not are passed over, as API_DeleteAlarms has it."""
    caller.alarms.delete(params["AlarmNames"])
    return {}


def describe_alarms(params: AlarmsRequest, caller: Caller) -> Answer:
    names, prefix = params.get("AlarmNames"), params.get("AlarmNamePrefix")
    if names and prefix is not None:  # U
        raise validation_error(
            "AlarmNamePrefix and AlarmNames are mutually exclusive and you have specified both."
        )
    state, action = params.get("StateValue"), params.get("ActionPrefix")
    alarms = [
        alarm for alarm in caller.alarms.all()
        if (not names or alarm.name in names) and alarm.name.startswith(prefix or "")
        and state in (None, alarm.state) and (action is None or _acts_on(alarm, action))
    ]  # fmt: skip
    if "MetricAlarm" not in params.get("AlarmTypes", ["MetricAlarm"]):
        alarms = []
    listed, token = page(alarms, params.get("NextToken"), params.get("MaxRecords", _PAGE))
    answer = {"CompositeAlarms": [], "MetricAlarms": [shown(alarm) for alarm in listed]}
    return answer | ({"NextToken": token} if token else {})


def _acts_on(alarm: Alarm, prefix: str) -> bool:
    return any(action.startswith(prefix) for actions in alarm.actions.values() for action in actions)


def describe_alarms_for_metric(params: AlarmsForMetricRequest, caller: Caller) -> Answer:
    metric, asked = metric_of(params), params.get("Statistic") or params.get("ExtendedStatistic")
    alarms = [
        alarm for alarm in caller.alarms.all()
        if alarm.metric == metric and asked in (None, alarm.statistic)
        and params.get("Period") in (None, alarm.period) and params.get("Unit") in (None, alarm.unit)
    ]  # fmt: skip
    return {"MetricAlarms": [shown(alarm) for alarm in alarms]}


def describe_alarm_history(params: HistoryRequest, caller: Caller) -> Answer:
    start, end = caller.placed(params.get("StartDate"), params.get("EndDate"))
    kind, name = params.get("HistoryItemType"), params.get("AlarmName")
    items = [
        (alarm, item) for alarm, item in _history(caller, name)
        if kind in (None, item.type)
        and (start is None or item.at >= start) and (end is None or item.at <= end)
    ]  # fmt: skip
    if "MetricAlarm" not in params.get("AlarmTypes", ["MetricAlarm"]):
        items = []
    items.sort(key=lambda each: each[1].at)
    if params.get("ScanBy") != "TimestampAscending":
        items.reverse()
    listed, token = page(items, params.get("NextToken"), params.get("MaxRecords", _PAGE))
    shown_items = [
        {
            "AlarmName": alarm, "AlarmType": "MetricAlarm", "Timestamp": moment(item.at),
            "HistoryItemType": item.type, "HistorySummary": item.summary, "HistoryData": item.data,
        }
        for alarm, item in listed
    ]  # fmt: skip
    return {"AlarmHistoryItems": shown_items} | ({"NextToken": token} if token else {})


def _history(caller: Caller, name: str | None) -> Sequence[tuple[str, HistoryItem]]:
    every = {alarm.name: alarm.history for alarm in caller.alarms.all()} | caller.alarms.past
    named = [name] if name is not None else sorted(every)
    oldest = caller.now - KEPT_FOR
    return [(each, item) for each in named for item in every.get(each, ()) if item.at >= oldest]


def set_alarm_state(params: StateRequest, caller: Caller) -> Answer:
    alarm, data = caller.alarms.get(params["AlarmName"]), params.get("StateReasonData")
    if alarm is None:
        raise AwsError("ResourceNotFound", "", 404)
    if data:
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            raise AwsError("InvalidFormat", "StateReasonData is not valid JSON.") from None  # U
    caller.alarms.set_state(alarm, params["StateValue"], params["StateReason"], data or None)
    return {}


def enable_alarm_actions(params: AlarmNames, caller: Caller) -> Answer:
    caller.alarms.enable(params["AlarmNames"], True)
    return {}


def disable_alarm_actions(params: AlarmNames, caller: Caller) -> Answer:
    caller.alarms.enable(params["AlarmNames"], False)
    return {}


def shown(alarm: Alarm) -> Answer:
    """An alarm as DescribeAlarms gives it: nothing is filled in that nobody said, but `ActionsEnabled`."""
    answer: Answer = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": moment(alarm.configured),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": list(alarm.actions.get("OK", ())),
        "AlarmActions": list(alarm.actions.get("ALARM", ())),
        "InsufficientDataActions": list(alarm.actions.get("INSUFFICIENT_DATA", ())),
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateReasonData": alarm.reason_data,
        "StateUpdatedTimestamp": moment(alarm.state_updated),
        "StateTransitionedTimestamp": moment(alarm.state_changed),
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "Threshold": float(alarm.threshold),
        "ComparisonOperator": alarm.comparison,
        "TreatMissingData": alarm.treat_missing_data,
        "EvaluateLowSampleCountPercentile": alarm.low_samples,
        **_looked_at(alarm),
    }
    return {name: value for name, value in answer.items() if value is not None}


def _looked_at(alarm: Alarm) -> Answer:
    if alarm.metric is None:
        return {"Metrics": metric_queries.shown(alarm.queries)}
    statistic = "Statistic" if alarm.statistic in PLAIN else "ExtendedStatistic"
    return {
        "MetricName": alarm.metric.name, "Namespace": alarm.metric.namespace, "Period": alarm.period,
        "Dimensions": shown_dimensions(alarm.metric), statistic: alarm.statistic, "Unit": alarm.unit,
    }  # fmt: skip
