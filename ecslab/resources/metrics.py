"""Metrics and alarms: numbers over time, and what watches them. Stage 12.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.target_group_reader import find_target_group
from ecslab.resources.scaling_shapes import AlarmShape, HistoryShape

Points = list[tuple[datetime, float]]
MINUTE: Final = 60
"""Seconds: the period in which ECS and the load balancer publish their metrics."""


@dataclass(frozen=True)
class Metric:
    """One metric as CloudWatch names it, and the statistic of each period that is wanted.

    Attributes:
        namespace: such as `AWS/ECS`.
        name: such as `CPUUtilization`.
        dimensions: what tells it from others of its name.
        statistic: `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


def of_service(
    lab: Connection, name: str, metric: str, statistic: str = "Average", cluster: str | None = None
) -> Metric:
    """A metric of a service: `CPUUtilization` or `MemoryUtilization` in percent, or `LiveTaskCount`."""
    where = {"ClusterName": cluster or lab.names.cluster, "ServiceName": name}
    return Metric("AWS/ECS", metric, where, statistic)


def of_balancer(lab: Connection, name: str, metric: str, statistic: str = "Sum") -> Metric:
    """A metric of an Application Load Balancer, such as `RequestCount`; what is gone measures nothing."""
    balancer = load_balancer_reader.find(lab, name)
    return Metric(
        "AWS/ApplicationELB", metric, {"LoadBalancer": _tail(balancer, "LoadBalancerArn")}, statistic
    )


def of_target_group(lab: Connection, name: str, metric: str, statistic: str = "Sum") -> Metric:
    """A metric of a target group behind the load balancer of the same name."""
    dimensions = {
        "LoadBalancer": _tail(load_balancer_reader.find(lab, name), "LoadBalancerArn"),
        "TargetGroup": _tail(find_target_group(lab, name), "TargetGroupArn"),
    }
    return Metric("AWS/ApplicationELB", metric, dimensions, statistic)


def _tail(resource: Mapping[str, object] | None, arn: str) -> str:
    """`app/adgu-alb/50dc6c495c0c9188` and `targetgroup/adgu-web/73e2d6bc24d8a067`: the end of an ARN."""
    return str(resource[arn]).rpartition(":")[2].removeprefix("loadbalancer/") if resource else "none"


def read(
    lab: Connection, wanted: Mapping[str, Metric], begin: datetime, end: datetime, period: int = MINUTE
) -> dict[str, Points]:
    """The datapoints of some metrics, oldest first, by one GetMetricData; without data, no points.

    Args:
        wanted: by a name of your own; 500 at most.
        begin, end: a datapoint is there for each period that begins within them.
        period: seconds: 20 where such data is sent, else a multiple of 60.
    """
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in metric.dimensions.items()],
                },
                "Period": period,
                "Stat": metric.statistic,
            },
        }
        for number, metric in enumerate(wanted.values())
    ]
    points: dict[str, Points] = {f"m{number}": [] for number in range(len(wanted))}
    pages = lab.cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=begin, EndTime=end, ScanBy="TimestampAscending"
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            points[result["Id"]] += zip(result["Timestamps"], result["Values"], strict=True)
    return dict(zip(wanted, points.values(), strict=True))


# Alarms -----------------------------------------------------------------------------------------------------


def alarm(lab: Connection, name: str) -> AlarmShape | None:
    """The alarm as DescribeAlarms shows it, or None."""
    alarms: list[AlarmShape] = lab.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarms[0] if alarms else None


def alarms(lab: Connection, service: str) -> list[AlarmShape]:
    """The alarms that concern a service: those of its policies, and those on its own metrics; by name."""
    pages = lab.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    every: list[AlarmShape] = [alarm for page in pages for alarm in page["MetricAlarms"]]
    return sorted(
        (alarm for alarm in every if _concerns(alarm, service)), key=lambda alarm: alarm["AlarmName"]
    )


def _concerns(alarm: AlarmShape, service: str) -> bool:
    own = {"Name": "ServiceName", "Value": service} in alarm.get("Dimensions", [])
    return own or f"/{service}-Alarm" in alarm["AlarmName"]


def alarm_table(lab: Connection, service: str) -> Table:
    """The alarms that concern a service: what each watches, and how it stands."""
    rows = [(alarm["AlarmName"], rule(alarm), alarm["StateValue"]) for alarm in alarms(lab, service)]
    return Table("", ("alarm", "is in ALARM if", "state"), tuple(rows))


_SIGNS: Final = {
    "GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
}  # fmt: skip


def rule(alarm: AlarmShape) -> str:
    """`CPUUtilization Average > 60 for 3 of 3 × 60 s`."""
    needed, of = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]), alarm["EvaluationPeriods"]
    sign = _SIGNS.get(alarm["ComparisonOperator"], alarm["ComparisonOperator"])
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic", "")
    metric = f"{alarm.get('MetricName', 'an expression')} {statistic}".rstrip()
    return f"{metric} {sign} {alarm['Threshold']:g} for {needed} of {of} × {alarm.get('Period', MINUTE)} s"


@dataclass(frozen=True)
class StateChange:
    """An alarm went from one state to another: from `before` to `state`."""

    at: datetime
    alarm: str
    state: str
    reason: str
    before: str


def state_changes(lab: Connection, names: Sequence[str], begin: datetime, end: datetime) -> list[StateChange]:
    """When these alarms changed their state, oldest first, as DescribeAlarmHistory tells it."""
    changes = []
    for name in names:
        pages = lab.cloudwatch.get_paginator("describe_alarm_history").paginate(
            AlarmName=name, HistoryItemType="StateUpdate", StartDate=begin, EndDate=end
        )
        for page in pages:
            changes += [_change(item) for item in page["AlarmHistoryItems"]]
    return sorted(changes, key=lambda change: (change.at, change.alarm))


def _change(item: HistoryShape) -> StateChange:
    states = json.loads(item["HistoryData"])
    old, new = states["oldState"]["stateValue"], states["newState"]
    why = new.get("stateReason", "")
    return StateChange(item["Timestamp"], item["AlarmName"], new["stateValue"], why, old)


def now(lab: Connection) -> datetime:
    """AWS time."""
    return datetime.fromtimestamp(lab.aws_time().now, UTC)
