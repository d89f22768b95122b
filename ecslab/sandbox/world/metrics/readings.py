"""What an alarm sees at a moment: the latest periods of its metric, or of its metric maths."""

from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.metrics.evaluation import Datapoint, evaluation_range
from ecslab.sandbox.world.metrics.extended import value_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics
from ecslab.sandbox.world.metrics.store import MetricStore

__all__ = ["constant", "datapoints", "metrics_of"]


def datapoints(store: MetricStore, alarm: Alarm, moment: float) -> list[Datapoint | None]:
    """The periods of an alarm's evaluation range that ended by this epoch second, oldest first."""
    count = evaluation_range(alarm.evaluation_periods)
    start = moment - count * alarm.period
    points: list[Datapoint | None] = [None] * count
    if alarm.metric is None:
        return points
    for at, held in store.periods(alarm.metric, start, moment, alarm.period, alarm.unit):
        value = value_of(held, alarm.statistic)
        if value is not None:
            points[round((at - start) / alarm.period)] = Datapoint(at, value, held.sample_count)
    return points


def constant(store: MetricStore, alarm: Alarm, moment: float) -> tuple[Statistics | None, ...] | None:
    """What every period of the evaluation range holds, for each metric of the alarm; None if that varies."""
    start = moment - evaluation_range(alarm.evaluation_periods) * alarm.period
    contents = [store.constant(metric, start, moment) for metric in metrics_of(alarm)]
    return tuple(content for _, content in contents) if all(same for same, _ in contents) else None


def metrics_of(alarm: Alarm) -> list[Metric]:
    """The metrics that an alarm looks at."""
    return [alarm.metric] if alarm.metric else [query.metric for query in alarm.queries if query.metric]
