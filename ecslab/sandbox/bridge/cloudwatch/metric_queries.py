"""Metric data queries: of GetMetricData, and of alarms on metric maths.

U: sentences without a source.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ecslab.sandbox.bridge.cloudwatch.caller import metric_of, shown_dimensions
from ecslab.sandbox.bridge.cloudwatch.validation import validation_error
from ecslab.sandbox.world.metrics.alarm import MetricQuery
from ecslab.sandbox.world.metrics.extended import is_statistic
from ecslab.sandbox.world.metrics.functions import MathError
from ecslab.sandbox.world.metrics.maths import names_in, parsed
from ecslab.sandbox.world.metrics.metric import is_period

__all__ = ["labels", "queries_of", "shown"]

MOST: Final = 500
_ID: Final = r"[a-z][a-zA-Z0-9_]*"


def queries_of(given: Sequence[dict[str, Any]], name: str, account: str) -> dict[str, MetricQuery]:
    """The queries of a request by their ids.

    Args:
        name: of the member that they stand in.

    Raises:
        AwsError: ValidationError.
    """
    if not 1 <= len(given) <= MOST:
        raise validation_error(f"The collection {name} must have between 1 and {MOST} members.")
    queries: dict[str, MetricQuery] = {}
    for number, each in enumerate(given, 1):
        query = _query(each, f"{name}.member.{number}", account)
        if query.id in queries:
            raise validation_error(f"The values for parameter id in {name} are not unique.")
        queries[query.id] = query
    for query in queries.values():
        if query.expression:
            _check_expression(query, queries)
    return queries


def _query(given: dict[str, Any], path: str, account: str) -> MetricQuery:
    name, label = given["Id"], given.get("Label", "")
    if not re.fullmatch(_ID, name, re.ASCII):
        raise validation_error(
            f"The value for parameter {path}.Id is not matching the expected pattern ^{_ID}$."
        )
    if given.get("AccountId", account) != account:
        raise validation_error(f"{path}.AccountId is of another account, which this sandbox has none of.")
    if "${" in label:
        raise validation_error("This sandbox does not carry dynamic labels yet.")
    if "Expression" in given and "MetricStat" in given:
        raise _exclusive(path, "Expression", "MetricStat")
    returns, period = given.get("ReturnData", True), given.get("Period")
    if "Expression" in given:
        if period is not None and not is_period(period):
            raise _no_period(f"{path}.Period", period)
        return MetricQuery(
            name, period=period, expression=given["Expression"], label=label, return_data=returns
        )
    if "MetricStat" not in given:
        raise validation_error(f"The parameter {path}.MetricStat is required.\n")
    if period is not None:
        raise _exclusive(path, "Period", "MetricStat")
    return _of_metric(
        given["MetricStat"], f"{path}.MetricStat", MetricQuery(name, label=label, return_data=returns)
    )


def _of_metric(stat: dict[str, Any], path: str, query: MetricQuery) -> MetricQuery:
    metric = stat["Metric"]
    for name in ("Namespace", "MetricName"):
        if name not in metric:
            raise validation_error(f"The parameter {path}.Metric.{name} is required.\n")
    if not is_statistic(stat["Stat"]):
        raise validation_error(f"The value {stat['Stat']} for parameter {path}.Stat is not supported.")
    if not is_period(stat["Period"]):
        raise _no_period(f"{path}.Period", stat["Period"])
    return MetricQuery(
        query.id, metric_of(metric), stat["Stat"], stat["Period"], stat.get("Unit"),
        label=query.label, return_data=query.return_data,
    )  # fmt: skip


def _check_expression(query: MetricQuery, queries: Mapping[str, MetricQuery]) -> None:
    try:
        named = list(names_in(parsed(query.expression)))
        missing = next((name for name in named if name not in queries), None)
        if missing is not None:
            raise MathError(f"ID '{missing[:80]}' not found")
        if query.id in named:
            raise MathError(f"Circular dependency involving '{query.id}'")
    except MathError as problem:
        raise validation_error(f"Error in expression '{query.id}': {problem}") from None


def labels(queries: Mapping[str, MetricQuery]) -> dict[str, str]:
    """What each query's result is called: the metric's name, and what else tells it from the others."""
    named = {name: query.label or name for name, query in queries.items()}
    metrics = {name: query for name, query in queries.items() if query.metric and not query.label}
    parts = {name: (query.metric.name, query.statistic, str(query.period))
             for name, query in metrics.items() if query.metric}  # fmt: skip
    differing = [place for place in (1, 2) if len({part[place] for part in parts.values()}) > 1]
    for name, part in parts.items():
        named[name] = " ".join([part[0], *(part[place] for place in differing)])
    return named


def shown(queries: Sequence[MetricQuery]) -> list[dict[str, Any]]:
    """Queries as DescribeAlarms gives them."""
    return [_shown(query) for query in queries]


def _shown(query: MetricQuery) -> dict[str, Any]:
    about: dict[str, Any] = {"Id": query.id}
    if query.metric:
        metric = query.metric
        stat = {
            "Metric": {
                "Namespace": metric.namespace, "MetricName": metric.name,
                "Dimensions": shown_dimensions(metric),
            },
            "Period": query.period,
            "Stat": query.statistic,
        }  # fmt: skip
        about["MetricStat"] = stat | ({"Unit": query.unit} if query.unit else {})
    else:
        about |= {"Expression": query.expression} | ({"Period": query.period} if query.period else {})
    return about | ({"Label": query.label} if query.label else {}) | {"ReturnData": query.return_data}


def _exclusive(path: str, first: str, second: str) -> Exception:
    return validation_error(
        f"The parameters {path}.{first} and {path}.{second} are mutually exclusive and you have specified "
        "both."
    )


def _no_period(path: str, seconds: int) -> Exception:
    return validation_error(
        f"The parameter {path} must be 1, 5, 10, 20, 30 or a multiple of 60, not {seconds}."
    )
