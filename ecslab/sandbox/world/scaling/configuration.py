"""What PutScalingPolicy says of a policy, in AWS's shapes, as far as scaling reads it."""

from typing import TypedDict

from ecslab.sandbox.world.scaling.capacity import Adjustment


class StepAdjustment(TypedDict, total=False):
    """API_StepAdjustment."""

    MetricIntervalLowerBound: float
    MetricIntervalUpperBound: float
    ScalingAdjustment: int


class Dimension(TypedDict):
    """API_MetricDimension."""

    Name: str
    Value: str


class TrackedQueryMetric(TypedDict, total=False):
    """API_TargetTrackingMetric."""

    Namespace: str
    MetricName: str
    Dimensions: list[Dimension]


class QueryStat(TypedDict, total=False):
    """API_TargetTrackingMetricStat."""

    Metric: TrackedQueryMetric
    Stat: str
    Unit: str


class Query(TypedDict, total=False):
    """API_TargetTrackingMetricDataQuery."""

    Id: str
    Expression: str
    Label: str
    MetricStat: QueryStat
    ReturnData: bool


class CustomizedMetric(TypedDict, total=False):
    """API_CustomizedMetricSpecification."""

    Namespace: str
    MetricName: str
    Dimensions: list[Dimension]
    Statistic: str
    Unit: str
    Metrics: list[Query]


class Configuration(TypedDict, total=False):
    """A step scaling policy's configuration, or a target tracking policy's."""

    AdjustmentType: Adjustment
    StepAdjustments: list[StepAdjustment]
    MinAdjustmentMagnitude: int
    Cooldown: int
    MetricAggregationType: str
    TargetValue: float
    PredefinedMetricSpecification: dict[str, str]
    CustomizedMetricSpecification: CustomizedMetric
    ScaleOutCooldown: int
    ScaleInCooldown: int
    DisableScaleIn: bool
