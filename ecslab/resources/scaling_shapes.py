"""Shapes of CloudWatch and Application Auto Scaling, as far as the course reads them."""

from datetime import datetime
from typing import TypedDict


class Dimension(TypedDict):
    """A name and a value of CloudWatch."""

    Name: str
    Value: str


class AlarmShape(TypedDict, total=False):
    """`MetricAlarm` of DescribeAlarms."""

    AlarmName: str
    AlarmArn: str
    AlarmActions: list[str]
    ActionsEnabled: bool
    StateValue: str
    StateReason: str
    StateUpdatedTimestamp: datetime
    Namespace: str
    MetricName: str
    Dimensions: list[Dimension]
    Statistic: str
    ExtendedStatistic: str
    ComparisonOperator: str
    Threshold: float
    Period: int
    EvaluationPeriods: int
    DatapointsToAlarm: int


class HistoryShape(TypedDict):
    """`AlarmHistoryItem` of DescribeAlarmHistory."""

    AlarmName: str
    Timestamp: datetime
    HistoryData: str


class TargetShape(TypedDict):
    """`ScalableTarget` of DescribeScalableTargets."""

    ResourceId: str
    ScalableDimension: str
    MinCapacity: int
    MaxCapacity: int
    ScalableTargetARN: str
    SuspendedState: dict[str, bool]


class PredefinedMetric(TypedDict, total=False):
    """`PredefinedMetricSpecification` of a target tracking policy."""

    PredefinedMetricType: str
    ResourceLabel: str


class TrackingShape(TypedDict, total=False):
    """`TargetTrackingScalingPolicyConfiguration`."""

    TargetValue: float
    PredefinedMetricSpecification: PredefinedMetric
    ScaleInCooldown: int
    ScaleOutCooldown: int
    DisableScaleIn: bool


class PolicyAlarm(TypedDict):
    """An alarm that a policy made."""

    AlarmName: str
    AlarmARN: str


class PolicyShape(TypedDict, total=False):
    """`ScalingPolicy` of DescribeScalingPolicies."""

    PolicyName: str
    PolicyARN: str
    PolicyType: str
    TargetTrackingScalingPolicyConfiguration: TrackingShape
    Alarms: list[PolicyAlarm]


class ScheduleShape(TypedDict, total=False):
    """`ScheduledAction` of DescribeScheduledActions."""

    ScheduledActionName: str
    Schedule: str
    Timezone: str
    StartTime: datetime
    EndTime: datetime
    ScalableTargetAction: dict[str, int]


class Reason(TypedDict):
    """`NotScaledReason`."""

    Code: str


class ActivityShape(TypedDict, total=False):
    """`ScalingActivity` of DescribeScalingActivities."""

    ActivityId: str
    Description: str
    Cause: str
    StartTime: datetime
    EndTime: datetime
    StatusCode: str
    StatusMessage: str
    NotScaledReasons: list[Reason]
