"""The metrics that target tracking policies of ECS services follow, and the alarms that watch them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/target-tracking-create-policy.html
"""

import re
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.scaling.configuration import CustomizedMetric, Query
from ecslab.sandbox.world.texts import tables

_LABEL: Final = re.compile(r"(app/[^/]+/[0-9a-f]{16})/(targetgroup/[^/]+/[0-9a-f]{16})")
_LOW: Final = 0.9  # of the target value: where the low alarm begins
_PERIODS: Final = 3  # in a row above the target, for the high alarm
_LOW_PERIODS: Final = 15
PERIOD: Final = 60


@dataclass(frozen=True, slots=True)
class TrackedMetric:
    """What an alarm of a policy watches.

    Attributes:
        dimensions: name and value of each.
        statistic: as PutMetricAlarm takes it.
        unit: likewise; "" for none.
        period: seconds.
        low_periods: how many datapoints in a row the low alarm takes.
        queries: metric maths, in the shape of PutMetricAlarm's Metrics; then the members before are empty.
    """

    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    statistic: str = ""
    unit: str = ""
    period: int = PERIOD
    low_periods: int = _LOW_PERIODS
    queries: tuple[Query, ...] = field(default=())

    def low_threshold(self, target: float) -> float:
        """Below which the low alarm goes off."""
        return _LOW * target

    @property
    def high_periods(self) -> int:
        """How many datapoints in a row the high alarm takes."""
        return _PERIODS


def predefined(kind: str, cluster: str, service: str, label: str = "") -> TrackedMetric:
    """The metric of a predefined type; LookupError if there is none for ECS, ValueError for a bad label.

    Args:
        label: ResourceLabel: `app/<balancer>/<id>/targetgroup/<group>/<id>`.
    """
    row = dict(tables(__file__)[kind])
    if row.pop("label", False):
        match = _LABEL.fullmatch(label)
        if match is None:
            raise ValueError(label)
        dimensions = (("LoadBalancer", match[1]), ("TargetGroup", match[2]))
    else:
        dimensions = (("ClusterName", cluster), ("ServiceName", service))
    return TrackedMetric(dimensions=dimensions, **row)


def is_predefined(kind: str) -> bool:
    """Whether services of ECS have a predefined metric of this type."""
    return kind in tables(__file__)


def takes_label(kind: str) -> bool:
    """Whether a predefined metric is that of a target group, which a label names."""
    return bool(tables(__file__)[kind].get("label"))


def resolution(kind: str) -> tuple[str, int]:
    """The service's metric and the seconds between its datapoints that a predefined type needs."""
    row = tables(__file__)[kind]
    return row["name"], row.get("period", PERIOD)


def group_of(label: str) -> str:
    """`targetgroup/<group>/<id>` of a label."""
    match = _LABEL.fullmatch(label)
    assert match is not None, "it was read before"
    return match[2]


def customized(given: CustomizedMetric) -> TrackedMetric:
    """The metric of a CustomizedMetricSpecification."""
    if given.get("Metrics"):
        return TrackedMetric(queries=tuple(given["Metrics"]))
    dimensions = tuple((each["Name"], each["Value"]) for each in given.get("Dimensions", ()))
    return TrackedMetric(
        given["Namespace"], given["MetricName"], dimensions, given["Statistic"], given.get("Unit", "")
    )
