"""An alarm on a metric: its settings, its state, and what has become of it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ecslab.sandbox.world.metrics.metric import Metric

__all__ = ["COMPARISONS", "CREATED", "Alarm", "HistoryItem", "MetricQuery", "State", "Treatment"]

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Treatment = Literal["missing", "ignore", "breaching", "notBreaching"]
CREATED: Final = "Unchecked: Initial alarm creation"
"""Why an alarm has its first state."""

COMPARISONS: Final[Mapping[str, tuple[Callable[[float, float], bool], str]]] = {
    # operator: (whether a value breaches, in words)
    "GreaterThanOrEqualToThreshold": (lambda value, limit: value >= limit, "greater than or equal to"),
    "GreaterThanThreshold": (lambda value, limit: value > limit, "greater than"),
    "LessThanThreshold": (lambda value, limit: value < limit, "less than"),
    "LessThanOrEqualToThreshold": (lambda value, limit: value <= limit, "less than or equal to"),
}


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One of `Metrics`: a statistic of a metric, or an expression over others by their ids.

    Attributes:
        metric, statistic, unit: of a statistic; None of an expression.
        period: seconds; None of an expression that takes its metrics'.
        return_data: whether it is what is asked for, or what others are computed from.
    """

    id: str
    metric: Metric | None = None
    statistic: str = "Average"
    period: int | None = None
    unit: str | None = None
    expression: str = ""
    label: str = ""
    return_data: bool = True


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """What happened to an alarm: a `ConfigurationUpdate`, a `StateUpdate` or an `Action`; `data` is JSON."""

    at: float
    type: str
    summary: str
    data: str


@dataclass(slots=True, eq=False)
class Alarm:
    """A metric alarm, with all that PutMetricAlarm says of it.

    Attributes:
        metric, statistic, period, unit: what it looks at, by so many seconds; None where `queries` say it.
        queries: metric maths in the place of a metric; the one that returns data is compared.
        threshold: what it is compared with, by `comparison` (a key of `COMPARISONS`).
        evaluation_periods: N, how many of the latest periods count.
        datapoints_to_alarm: M, how many of them have to breach; None: all, and AWS words reasons otherwise.
        treat_missing_data: None is `missing`, and is not shown.
        low_samples: `evaluate` or `ignore`, for percentiles of few samples; None is `evaluate`.
        actions_enabled: whether changes of its state execute `actions`.
        actions: ARNs by the state whose coming executes them.
        tags: by key.
        state, reason, reason_data: what it is in, why, and the same as JSON.
        state_updated, state_changed: epoch seconds of the last update, and of the last other state.
        configured: epoch seconds of the last PutMetricAlarm.
        history: newest last.
    """

    name: str
    arn: str
    comparison: str
    threshold: float
    evaluation_periods: int
    metric: Metric | None = None
    statistic: str = "Average"
    period: int = 60
    unit: str | None = None
    queries: tuple[MetricQuery, ...] = ()
    description: str | None = None
    datapoints_to_alarm: int | None = None
    treat_missing_data: Treatment | None = None
    low_samples: str | None = None
    actions_enabled: bool = True
    actions: Mapping[State, tuple[str, ...]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    state: State = "INSUFFICIENT_DATA"
    reason: str = CREATED
    reason_data: str | None = None
    state_updated: float = 0.0
    state_changed: float = 0.0
    configured: float = 0.0
    history: list[HistoryItem] = field(default_factory=list)

    @property
    def needed(self) -> int:
        """M: how many periods have to breach."""
        return self.datapoints_to_alarm or self.evaluation_periods

    def breaches(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)
