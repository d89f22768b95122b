"""What PutMetricAlarm asks for, made an alarm, or refused in CloudWatch's words.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
U: sentences without a source.
"""

import re
from typing import Any, Final, cast

from ecslab.sandbox.bridge.cloudwatch.caller import Caller, metric_of
from ecslab.sandbox.bridge.cloudwatch.metric_queries import queries_of
from ecslab.sandbox.bridge.cloudwatch.requests import MetricRequest
from ecslab.sandbox.bridge.cloudwatch.tag_operations import MOST as MOST_TAGS
from ecslab.sandbox.bridge.cloudwatch.validation import validation_error
from ecslab.sandbox.world.metrics.alarm import COMPARISONS, Alarm
from ecslab.sandbox.world.metrics.extended import PLAIN, is_statistic
from ecslab.sandbox.world.metrics.metric import is_period
from ecslab.sandbox.world.metrics.readings import period_of

__all__ = ["alarm_of"]

_ARN: Final = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:\d{0,12}:.+", re.ASCII | re.DOTALL)
_DAY: Final = 86_400
_LONG: Final = 3600  # seconds: alarms of such periods may look back a week
_TREATMENTS: Final = ("breaching", "notBreaching", "ignore", "missing")
_OF_ONE_METRIC: Final = ("MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic",
                         "Unit")  # fmt: skip
_ACTIONS: Final = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


def alarm_of(params: dict[str, Any], caller: Caller) -> Alarm:
    """The alarm that a checked request describes.

    Raises:
        AwsError: ValidationError.
    """
    _check(params)
    alarm = Alarm(
        params["AlarmName"],
        caller.alarms.arn(params["AlarmName"]),
        params["ComparisonOperator"],
        params["Threshold"],
        params["EvaluationPeriods"],
        description=params.get("AlarmDescription"),
        datapoints_to_alarm=params.get("DatapointsToAlarm"),
        treat_missing_data=params.get("TreatMissingData"),
        low_samples=params.get("EvaluateLowSampleCountPercentile"),
        actions_enabled=params.get("ActionsEnabled", True),
        actions={state: tuple(params.get(name, ())) for state, name in _ACTIONS.items()},  # type: ignore[misc]
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags", ())},
    )
    if "Metrics" in params:
        _take_queries(alarm, params, caller)
    else:
        _take_metric(alarm, params)
    _check_length(alarm)
    return alarm


def _check(params: dict[str, Any]) -> None:
    for name in ("EvaluationPeriods", "ComparisonOperator"):
        if name not in params:
            raise validation_error(f"{name} must not be null")
    if params["ComparisonOperator"] not in COMPARISONS:
        raise validation_error("This sandbox does not carry alarms on anomaly detection yet.")
    if "Threshold" not in params:
        raise validation_error("Threshold must not be null")
    if params.get("DatapointsToAlarm", 1) > params["EvaluationPeriods"]:
        raise validation_error("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    _check_word(params, "TreatMissingData", _TREATMENTS)
    _check_word(params, "EvaluateLowSampleCountPercentile", ("evaluate", "ignore"))
    for name in _ACTIONS.values():
        for action in params.get(name, ()):
            if not _ARN.fullmatch(action):
                raise validation_error(f"Invalid arn syntax: {action}")
    keys = [tag["Key"] for tag in params.get("Tags", ())]
    if len(keys) > MOST_TAGS or len(set(keys)) < len(keys):
        raise validation_error(f"An alarm has at most {MOST_TAGS} tags, and each key once.")


def _check_word(params: dict[str, Any], name: str, words: tuple[str, ...]) -> None:
    if params.get(name, words[0]) not in words:
        raise validation_error(
            f"Invalid value for {name}: {params[name]}. Valid values are [{', '.join(words)}]"
        )


def _take_metric(alarm: Alarm, params: dict[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Period"):
        if name not in params:
            raise validation_error(f"{name} must not be null")
    plain, extended = params.get("Statistic"), params.get("ExtendedStatistic")
    if (plain is None) == (extended is None):
        raise validation_error("Exactly one of Statistic and ExtendedStatistic must be set")
    if extended is not None and (extended in PLAIN or not is_statistic(extended)):
        raise validation_error(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    if alarm.low_samples is not None and not str(extended).startswith("p"):
        raise validation_error("EvaluateLowSampleCountPercentile is for percentiles alone")
    metric = metric_of(cast("MetricRequest", params))
    if len({name for name, _ in metric.dimensions}) < len(metric.dimensions):
        raise validation_error("No Metric may specify the same dimension twice.")
    alarm.metric, alarm.statistic = metric, extended or str(plain)
    alarm.period, alarm.unit = params["Period"], params.get("Unit")
    if alarm.period < 10 or not is_period(alarm.period):
        raise validation_error(f"Period must be 10, 20, 30 or a multiple of 60, not {alarm.period}")


def _take_queries(alarm: Alarm, params: dict[str, Any], caller: Caller) -> None:
    for name in _OF_ONE_METRIC:
        if name in params:
            raise validation_error(f"{name} should not be set if list of Metrics is set.")
    if alarm.low_samples is not None:
        raise validation_error("EvaluateLowSampleCountPercentile is for percentiles alone")
    queries = queries_of(params["Metrics"], "Metrics", caller.account.id)
    returned = [query for query in queries.values() if query.return_data]
    if len(returned) != 1:
        raise validation_error("Exactly one element of the metrics list should return data.")
    alarm.queries, alarm.period = tuple(queries.values()), period_of(queries, returned[0].id)
    if alarm.period < 10:
        raise validation_error(f"Period must be 10, 20, 30 or a multiple of 60, not {alarm.period}")


def _check_length(alarm: Alarm) -> None:
    if alarm.period >= _LONG and alarm.evaluation_periods * alarm.period > 7 * _DAY:
        raise validation_error("Metrics cannot be checked across more than seven days.")
    if alarm.period < _LONG and alarm.evaluation_periods * alarm.period > _DAY:
        raise validation_error(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
        )
