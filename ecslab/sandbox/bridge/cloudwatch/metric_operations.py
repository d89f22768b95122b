"""PutMetricData and what reads metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
U: sentences marked so, and those of moto and LocalStack's recordings where they differ.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ecslab.sandbox.bridge.cloudwatch.caller import Caller, metric_of, moment, page, shown_dimensions
from ecslab.sandbox.bridge.cloudwatch.metric_queries import labels, queries_of
from ecslab.sandbox.bridge.cloudwatch.requests import (
    Answer,
    DataRequest,
    Datum,
    ListRequest,
    PageRequest,
    PutRequest,
    StatisticsRequest,
    WindowRequest,
)
from ecslab.sandbox.bridge.cloudwatch.validation import combination, invalid_value, validation_error
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.metrics.alarm import MetricQuery
from ecslab.sandbox.world.metrics.extended import PLAIN, is_statistic, value_of
from ecslab.sandbox.world.metrics.functions import MathError
from ecslab.sandbox.world.metrics.metric import NO_UNIT, Metric, Statistics, is_period
from ecslab.sandbox.world.metrics.readings import Queries
from ecslab.sandbox.world.metrics.store import DAY, LISTED_FOR

__all__ = ["get_metric_data", "get_metric_statistics", "list_metrics", "put_metric_data"]

MOST_DATA: Final = 1000  # metrics in one PutMetricData
MOST_VALUES: Final = 150  # different values of one metric in it
MOST_DATAPOINTS: Final = 1440  # of GetMetricStatistics
MOST_POINTS: Final = 100_800  # of GetMetricData
MOST_LISTED: Final = 500
_PAST, _FUTURE = 14 * DAY, 7200
_HOUR: Final = 3600


def put_metric_data(params: PutRequest, caller: Caller) -> Answer:
    namespace, data = params["Namespace"], params.get("MetricData", [])
    if namespace.startswith("AWS/"):
        raise invalid_value("The value AWS/ for parameter Namespace is invalid.")
    if not data:
        raise AwsError("MissingParameter", "The parameter MetricData is required.\n")
    if len(data) > MOST_DATA:
        raise invalid_value(f"The collection MetricData must not have a size greater than {MOST_DATA}.")
    checked = [
        _datum(namespace, datum, f"MetricData.member.{number}", caller.now)
        for number, datum in enumerate(data, 1)
    ]
    for metric, at, period, statistics in checked:
        caller.store.record(metric, at, period, statistics)
    return {}


def _datum(
    namespace: str, datum: Datum, path: str, now: float
) -> tuple[Metric, float, int, Statistics]:
    metric = metric_of({"Namespace": namespace, "MetricName": datum.get("MetricName", ""),
                        "Dimensions": datum.get("Dimensions", ())})  # fmt: skip
    if len({name for name, _ in metric.dimensions}) < len(metric.dimensions):
        raise invalid_value("No Metric may specify the same dimension twice.")
    at = datum.get("Timestamp", now)
    if not now - _PAST <= at <= now + _FUTURE:
        raise invalid_value(f"The parameter {path}.Timestamp must specify a time within the past two weeks.")
    resolution = datum.get("StorageResolution", 60)
    if resolution not in (1, 60):  # U: the sentence
        raise invalid_value(f"The parameter {path}.StorageResolution must be 1 or 60.")
    return metric, at, resolution, _statistics(datum, path)


def _statistics(datum: Datum, path: str) -> Statistics:
    unit, given = datum.get("Unit", NO_UNIT), [
        name for name in ("Value", "Values", "StatisticValues") if name in datum
    ]  # fmt: skip
    if len(given) > 1:
        raise combination(
            f"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive and you have "
            "specified both."
        )
    if not given:
        raise AwsError(
            "MissingParameter",
            f"At least one of the parameters {path}.Value, {path}.Values or {path}.StatisticValues must be "
            "specified.",
        )  # U
    if "StatisticValues" in datum:
        return _set(datum["StatisticValues"], unit, f"{path}.StatisticValues")
    if "Value" in datum:
        return Statistics.of([datum["Value"]], unit)
    values, counts = datum["Values"], datum.get("Counts", [1.0] * len(datum["Values"]))
    if len(values) != len(counts):
        raise invalid_value(f"The parameters {path}.Values and {path}.Counts must be of the same size.")
    if not values or len(values) > MOST_VALUES:  # U: the sentence
        raise invalid_value(f"The collection {path}.Values must have between 1 and {MOST_VALUES} values.")
    if any(count <= 0 for count in counts):  # U: the sentence
        raise invalid_value(f"The parameter {path}.Counts must have values greater than 0.")
    counted: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        counted[value] = counted.get(value, 0.0) + count
    return Statistics.of_counts(counted, unit)


def _set(given: Mapping[str, float], unit: str, path: str) -> Statistics:
    if given["Maximum"] < given["Minimum"]:
        raise invalid_value(f"The parameter {path}.Maximum must be greater than {path}.Minimum.")
    if given["SampleCount"] <= 0:
        raise invalid_value(f"The parameter {path}.SampleCount must be greater than 0.")
    return Statistics(given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"], unit)


def get_metric_statistics(params: StatisticsRequest, caller: Caller) -> Answer:
    plain, extended = params.get("Statistics", []), params.get("ExtendedStatistics", [])
    if not plain and not extended:
        raise combination("Must specify either Statistics or ExtendedStatistics")
    if plain and extended:
        raise combination("Must specify either Statistics or ExtendedStatistics, not both")  # U
    strange = next((name for name in extended if name in PLAIN or not is_statistic(name)), None)
    if strange is not None:
        raise invalid_value(f"The value {strange} for parameter ExtendedStatistics is not supported.")  # U
    period = params["Period"]
    if not is_period(period):
        raise invalid_value(
            f"The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not {period}."
        )  # U
    start, end = _window(params, caller, period, invalid_value)
    if (asked := int((end - start) // period)) > MOST_DATAPOINTS:
        raise combination(
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of {MOST_DATAPOINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    metric, wanted = metric_of(params), params.get("Unit")
    datapoints = [
        _datapoint(at, held, plain, extended)
        for unit in ([wanted] if wanted else caller.store.units(metric))
        for at, held in caller.store.periods(metric, start, end, period, unit)
    ]
    return {"Label": metric.name, "Datapoints": datapoints}


def _datapoint(at: float, held: Statistics, plain: Sequence[str], extended: Sequence[str]) -> Answer:
    shown: Answer = {"Timestamp": moment(at), "Unit": held.unit}
    shown |= {name: float(PLAIN[name](held)) for name in plain}
    values = {name: value_of(held, name) for name in extended}
    told = {name: float(value) for name, value in values.items() if value is not None}
    return shown | ({"ExtendedStatistics": told} if extended else {})


def get_metric_data(params: DataRequest, caller: Caller) -> Answer:
    queries = queries_of(params["MetricDataQueries"], "MetricDataQueries", caller.account.id)
    if not any(query.return_data for query in queries.values()):  # U: the sentence
        raise validation_error("At least one element of MetricDataQueries must return data.")
    shortest = min((query.period for query in queries.values() if query.period), default=60)
    start, end = _window(params, caller, shortest, validation_error)
    read, named = Queries(caller.store, queries, start, end), labels(queries)
    is_ascending = params.get("ScanBy") == "TimestampAscending"
    results = []
    for query in queries.values():
        if not query.return_data:
            continue
        try:
            arrays = read.times_of(query.id)
        except MathError as problem:
            raise validation_error(f"Error in expression '{query.id}': {problem}") from None
        for number, times in enumerate(arrays):
            ordered = sorted(times.items(), reverse=not is_ascending)
            label = named[query.id] if len(arrays) == 1 else f"{named[query.id]} {number + 1}"  # U
            results.append((query, label, ordered))
    return _paged(results, params, _units(queries, caller, start, end))


def _paged(
    results: Sequence[tuple[MetricQuery, str, list[tuple[float, float]]]], params: PageRequest,
    messages: dict[str, list[dict[str, str]]],
) -> Answer:  # fmt: skip
    """Datapoints of all results one after the other, and so many of them a page."""
    most = params.get("MaxDatapoints", MOST_POINTS)
    if not 1 <= most <= MOST_POINTS:
        raise validation_error(f"The parameter MaxDatapoints must be between 1 and {MOST_POINTS}.")  # U
    every = [(place, point) for place, (_, _, ordered) in enumerate(results) for point in ordered]
    taken, token = page(every, params.get("NextToken"), most)
    shown: list[Answer] = []
    for place, (query, label, ordered) in enumerate(results):
        points = [point for at, point in taken if at == place]
        if len(points) < len(ordered) and not points:
            continue  # it is on another page
        result: Answer = {
            "Id": query.id,
            "Label": label,
            "Timestamps": [moment(at) for at, _ in points],
            "Values": [float(value) for _, value in points],
            "StatusCode": "PartialData" if token and points and points[-1] != ordered[-1] else "Complete",
        }
        shown.append(result | ({"Messages": messages[query.id]} if query.id in messages else {}))
    answer: Answer = {"MetricDataResults": shown, "Messages": []}
    return answer | ({"NextToken": token} if token else {})


def _units(
    queries: Mapping[str, MetricQuery], caller: Caller, start: float, end: float
) -> dict[str, list[dict[str, str]]]:
    """What is said where a metric was recorded in several units, and none is asked for."""
    messages = {}
    for query in queries.values():
        if query.metric is None or query.unit:
            continue
        units = [
            unit
            for unit in caller.store.units(query.metric)
            if caller.store.periods(query.metric, start, end, query.period or 60, unit)
        ]
        if len(units) > 1:
            value = f"Multiple units returned: '[{', '.join(units)}]'"
            messages[query.id] = [{"Code": "MultipleUnits", "Value": value}]
    return messages


def list_metrics(params: ListRequest, caller: Caller) -> Answer:
    wanted = [(each["Name"], each.get("Value")) for each in params.get("Dimensions", ())]
    name, is_recent = params.get("MetricName"), "RecentlyActive" in params
    if params.get("OwningAccount", caller.account.id) != caller.account.id:
        return {"Metrics": []}
    caller.store.catch_up(caller.now)
    since = caller.now - (3 * _HOUR if is_recent else LISTED_FOR)
    metrics = [
        metric for metric in caller.store.metrics(params.get("Namespace"))
        if name in (None, metric.name) and caller.store.last_seen(metric) >= since and _has(metric, wanted)
    ]  # fmt: skip
    listed, token = page(metrics, params.get("NextToken"), MOST_LISTED)
    shown = [
        {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": shown_dimensions(metric)}
        for metric in listed
    ]
    return {"Metrics": shown} | ({"NextToken": token} if token else {})


def _has(metric: Metric, wanted: Sequence[tuple[str, str | None]]) -> bool:
    own = dict(metric.dimensions)
    return all(name in own and value in (None, own[name]) for name, value in wanted)


def _window(
    params: WindowRequest, caller: Caller, period: int, refused: Callable[[str], AwsError]
) -> tuple[float, float]:
    """Start and end, the start rounded down as CloudWatch does it: the coarser the older it is."""
    start, end = caller.placed(params["StartTime"], params["EndTime"])
    assert start is not None and end is not None, "both are required"
    if start >= end:
        raise refused("The parameter StartTime must be less than the parameter EndTime.")
    age = caller.now - start
    step = 300 if age > 15 * DAY else 60
    step = _HOUR if age > 63 * DAY else min(step, period) if age <= 15 * DAY else step
    return start // step * step, end
