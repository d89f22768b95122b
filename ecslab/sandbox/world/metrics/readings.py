"""What alarms and GetMetricData read: one statistic of a metric, or metric maths over several."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecslab.sandbox.world.metrics.alarm import Alarm, MetricQuery
from ecslab.sandbox.world.metrics.evaluation import Datapoint, evaluation_range
from ecslab.sandbox.world.metrics.extended import value_of
from ecslab.sandbox.world.metrics.functions import Frame, MathError, Value
from ecslab.sandbox.world.metrics.maths import computed, names_in, parsed
from ecslab.sandbox.world.metrics.metric import Metric, Statistics
from ecslab.sandbox.world.metrics.store import MetricStore

__all__ = ["Queries", "constant", "datapoints", "metrics_of", "period_of"]

Window = tuple[float, float]


@dataclass(slots=True)
class Queries:
    """Queries over one store, each computed once for a window.

    Attributes:
        queries: by their ids.
        start, end: epoch seconds.
    """

    store: MetricStore
    queries: Mapping[str, MetricQuery]
    start: float
    end: float

    def times_of(self, name: str) -> list[dict[float, float]]:
        """What a query comes to: a value by each time; several where an expression gives an array.

        Raises:
            MathError: an expression cannot be computed.
        """
        value = self._value(name, ())
        values = value if isinstance(value, list) else [value]
        return [self._as_times(each, name) for each in values]

    def _value(self, name: str, within: tuple[str, ...]) -> Value:
        query = self.queries.get(name)
        if query is None:
            raise MathError(f"ID '{name[:80]}' not found")
        if name in within:
            raise MathError(f"Circular dependency involving '{name}'")  # U
        if query.metric is not None:
            period = query.period or 60
            read = self.store.read(query.metric, self.start, self.end, period, query.statistic, query.unit)
            return dict(read)
        node, inside = parsed(query.expression), (*within, name)
        metrics = [self._value(each.id, inside) for each in self.queries.values() if each.metric]
        return computed(node, lambda each: self._value(each, inside), metrics, self._frame(name))

    def _frame(self, name: str) -> Frame:
        return Frame(self.start, self.end, period_of(self.queries, name))

    def _as_times(self, value: Value, name: str) -> dict[float, float]:
        """A number that an expression comes to stands for itself at each time."""
        if isinstance(value, Mapping):
            return {at: each for at, each in value.items() if math.isfinite(each)}
        if isinstance(value, str | list):
            raise MathError("The expression is no metric")
        return dict.fromkeys(self._frame(name).times if math.isfinite(value) else (), value)


def period_of(queries: Mapping[str, MetricQuery], name: str) -> int:
    """The seconds by which a query is read: an expression's are the longest of its metrics. U"""
    query = queries[name]
    if query.period is not None:
        return query.period
    named = [queries[each] for each in names_in(parsed(query.expression)) if each in queries and each != name]
    periods = [each.period for each in named or queries.values() if each.period]
    return max(periods, default=60)


def datapoints(store: MetricStore, alarm: Alarm, moment: float) -> list[Datapoint | None]:
    """The periods of an alarm's evaluation range that ended by this epoch second, oldest first."""
    count = evaluation_range(alarm.evaluation_periods)
    start = moment - count * alarm.period
    points: list[Datapoint | None] = [None] * count
    for point in _read(store, alarm, start, moment):
        points[round((point.at - start) / alarm.period)] = point
    return points


def _read(store: MetricStore, alarm: Alarm, start: float, end: float) -> Sequence[Datapoint]:
    if alarm.metric is None:
        queries = Queries(store, {query.id: query for query in alarm.queries}, start, end)
        asked = next(query.id for query in alarm.queries if query.return_data)
        try:
            times = queries.times_of(asked)
        except MathError:
            return ()
        return [Datapoint(at, value, None) for at, value in (times[0] if times else {}).items()]
    read = store.periods(alarm.metric, start, end, alarm.period, alarm.unit)
    values = ((at, value_of(held, alarm.statistic), held.sample_count) for at, held in read)
    return [Datapoint(at, value, count) for at, value, count in values if value is not None]


def constant(store: MetricStore, alarm: Alarm, moment: float) -> tuple[Statistics | None, ...] | None:
    """What every period of the evaluation range holds, for each metric of the alarm; None if that varies."""
    start = moment - evaluation_range(alarm.evaluation_periods) * alarm.period
    contents = [store.constant(metric, start, moment) for metric in metrics_of(alarm)]
    return tuple(content for _, content in contents) if all(same for same, _ in contents) else None


def metrics_of(alarm: Alarm) -> list[Metric]:
    """The metrics that an alarm looks at."""
    return [alarm.metric] if alarm.metric else [query.metric for query in alarm.queries if query.metric]
