"""What DescribeAlarmHistory tells of an alarm, in AWS's words.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

import json
from typing import Any, Final

from ecslab.sandbox.world.metrics.alarm import Alarm, HistoryItem, State

__all__ = ["KEPT_FOR", "HistoryItem", "changed", "created", "deleted", "executed", "forget", "updated"]

KEPT_FOR: Final = 30 * 86_400  # seconds
_VERSION: Final = "1.0"


def created(alarm: Alarm, now: float) -> HistoryItem:
    return _configuration(alarm, now, "Create", "created")


def updated(alarm: Alarm, now: float) -> HistoryItem:
    return _configuration(alarm, now, "Update", "updated")


def deleted(alarm: Alarm, now: float) -> HistoryItem:
    return _configuration(alarm, now, "Delete", "deleted")


def changed(alarm: Alarm, before: tuple[State, str, str | None], now: float) -> HistoryItem:
    """An alarm that was in the state `before`, for that reason, came into the one it is in."""
    data = {
        "version": _VERSION,
        "oldState": _state(*before),
        "newState": _state(alarm.state, alarm.reason, alarm.reason_data),
    }
    summary = f"Alarm updated from {before[0]} to {alarm.state}"
    return HistoryItem(now, "StateUpdate", summary, _json(data))


def executed(alarm: Alarm, action: str, now: float) -> HistoryItem:
    """An action was executed."""
    data = {
        "actionState": "Succeeded",
        "stateUpdateTimestamp": round(alarm.state_updated * 1000),
        "notificationResource": action,
        "publishedMessage": None,
        "error": None,
    }
    return HistoryItem(now, "Action", f"Successfully executed action {action}", _json(data))


def forget(history: list[HistoryItem], now: float) -> None:
    """Drop what is older than AWS keeps it."""
    while history and history[0].at < now - KEPT_FOR:
        del history[0]


def _configuration(alarm: Alarm, now: float, kind: str, word: str) -> HistoryItem:
    """U: which settings the data shows."""
    settings = {"alarmName": alarm.name, "alarmArn": alarm.arn, "threshold": alarm.threshold,
                "comparisonOperator": alarm.comparison, "evaluationPeriods": alarm.evaluation_periods,
                "period": alarm.period, "actionsEnabled": alarm.actions_enabled}  # fmt: skip
    if alarm.metric:
        settings |= {"namespace": alarm.metric.namespace, "metricName": alarm.metric.name,
                     "statistic": alarm.statistic}  # fmt: skip
    data = {"version": _VERSION, "type": kind, f"{word}Alarm": settings}
    return HistoryItem(now, "ConfigurationUpdate", f'Alarm "{alarm.name}" {word}', _json(data))


def _state(value: State, why: str, data: str | None) -> dict[str, Any]:
    state: dict[str, Any] = {"stateValue": value, "stateReason": why}
    return state | ({"stateReasonData": json.loads(data)} if data else {})


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))
