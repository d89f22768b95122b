"""Requests to CloudWatch about alarms and metrics: the members that act; and what is answered.

Moments are epoch seconds here. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from ecslab.sandbox.world.metrics.alarm import State

Answer = dict[str, object]


class Dimension(TypedDict):
    """API_Dimension."""

    Name: str
    Value: str


class MetricRequest(TypedDict, total=False):
    """How a request names a metric."""

    Namespace: str
    MetricName: str
    Dimensions: Sequence[Dimension]


class AlarmNames(TypedDict):
    """DeleteAlarms, EnableAlarmActions and DisableAlarmActions."""

    AlarmNames: Sequence[str]


class AlarmsRequest(TypedDict, total=False):
    """DescribeAlarms."""

    AlarmNames: Sequence[str]
    AlarmNamePrefix: str
    AlarmTypes: Sequence[str]
    StateValue: State
    ActionPrefix: str
    NextToken: str
    MaxRecords: int


class AlarmsForMetricRequest(MetricRequest, total=False):
    """DescribeAlarmsForMetric."""

    Statistic: str
    ExtendedStatistic: str
    Period: int
    Unit: str


class HistoryRequest(TypedDict, total=False):
    """DescribeAlarmHistory."""

    AlarmName: str
    AlarmTypes: Sequence[str]
    HistoryItemType: str
    StartDate: float
    EndDate: float
    ScanBy: str
    NextToken: str
    MaxRecords: int


class StateRequest(TypedDict):
    """SetAlarmState."""

    AlarmName: str
    StateValue: State
    StateReason: str
    StateReasonData: NotRequired[str]


class WindowRequest(TypedDict):
    """From when to when."""

    StartTime: float
    EndTime: float


class StatisticsRequest(MetricRequest, WindowRequest):
    """GetMetricStatistics."""

    Period: int
    Statistics: NotRequired[Sequence[str]]
    ExtendedStatistics: NotRequired[Sequence[str]]
    Unit: NotRequired[str]


class PageRequest(TypedDict, total=False):
    """Which page of the datapoints of GetMetricData."""

    MaxDatapoints: int
    NextToken: str


class DataRequest(PageRequest, WindowRequest):
    """GetMetricData."""

    MetricDataQueries: Sequence[dict[str, object]]
    ScanBy: NotRequired[str]


class DimensionFilter(TypedDict):
    """API_DimensionFilter."""

    Name: str
    Value: NotRequired[str]


class ListRequest(TypedDict, total=False):
    """ListMetrics."""

    Namespace: str
    MetricName: str
    Dimensions: Sequence[DimensionFilter]
    RecentlyActive: str
    OwningAccount: str
    NextToken: str


class Datum(MetricRequest, total=False):
    """API_MetricDatum."""

    Timestamp: float
    StorageResolution: int
    Unit: str
    Value: float
    Values: Sequence[float]
    Counts: Sequence[float]
    StatisticValues: Mapping[str, float]


class PutRequest(TypedDict):
    """PutMetricData."""

    Namespace: str
    MetricData: NotRequired[Sequence[Datum]]


class Tag(TypedDict):
    """API_Tag."""

    Key: str
    Value: str


class ResourceRequest(TypedDict):
    """ListTagsForResource."""

    ResourceARN: str


class TagRequest(ResourceRequest):
    """TagResource."""

    Tags: Sequence[Tag]


class UntagRequest(ResourceRequest):
    """UntagResource."""

    TagKeys: Sequence[str]
