"""The two alarms that a target tracking policy has, and what alarms tell policies."""

from itertools import chain
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import RegionalCloudWatch, cloudwatch_of
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.world.metrics.alarm import Alarm, MetricQuery
from ecslab.sandbox.world.metrics.evaluation import evaluate
from ecslab.sandbox.world.metrics.metric import Metric
from ecslab.sandbox.world.metrics.readings import datapoints as readings
from ecslab.sandbox.world.scaling.configuration import Query
from ecslab.sandbox.world.scaling.target import Policy, ScalableTarget
from ecslab.sandbox.world.scaling.tracked_metric import PERIOD, TrackedMetric

_DESCRIPTION: Final = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {action}."
_MINUTE: Final = 60


def make(region: str, target: ScalableTarget, policy: Policy, metric: TrackedMetric) -> None:
    """Make a policy's alarms anew, under new names; the ones before are deleted."""
    delete(region, policy)
    policy.maker = policy.maker or str(rng.uuid4())
    alarms, value = _cloudwatch(region).alarms, policy.target_value
    policy.high = _name(target, "High")
    alarms.put(
        _alarm(region, policy, policy.high, metric, "GreaterThanThreshold", value, metric.high_periods)
    )
    if policy.scales_in:
        policy.low = _name(target, "Low")
        limit = metric.low_threshold(value)
        alarms.put(_alarm(region, policy, policy.low, metric, "LessThanThreshold", limit, metric.low_periods))


def delete(region: str, policy: Policy) -> None:
    """Delete the alarms that were made for a policy; one that somebody deleted is passed over."""
    names = [name for name in (policy.high, policy.low) if name]
    if names:
        _cloudwatch(region).alarms.delete(names)
    policy.high = policy.low = ""


def shown(region: str, policy: Policy) -> list[dict[str, str]]:
    """The alarms of a policy, as DescribeScalingPolicies lists them: those made for it, or that name it."""
    alarms = _cloudwatch(region).alarms
    if policy.tracks:  # U: one of them that somebody deleted is listed as well, until the policy is put anew
        names = [name for name in (policy.high, policy.low) if name]
    else:
        names = [each.name for each in alarms.all() if policy.arn in chain(*each.actions.values())]
    return [{"AlarmName": name, "AlarmARN": alarms.arn(name)} for name in names]


def datapoints(region: str, alarm: Alarm) -> list[float]:
    """What an alarm is judged by at this moment, oldest first; of missing datapoints nothing."""
    store, step = _cloudwatch(region).store, min(alarm.period, _MINUTE)
    moment = current_account().clock.timestamp() // step * step
    return [point.value for point in evaluate(alarm, readings(store, alarm, moment)).points]


def datapoints_in_alarm(region: str, name: str) -> list[float]:
    """The same of the alarm of that name, if it is in ALARM; else nothing."""
    alarm = _cloudwatch(region).alarms.get(name) if name else None
    return datapoints(region, alarm) if alarm is not None and alarm.state == "ALARM" else []


def _name(target: ScalableTarget, which: str) -> str:
    return f"TargetTracking-{target.resource}-Alarm{which}-{rng.uuid4()}"


def _alarm(
    region: str,
    policy: Policy,
    name: str,
    metric: TrackedMetric,
    comparison: str,
    threshold: float,
    periods: int,
) -> Alarm:
    action = f"{policy.arn}:createdBy/{policy.maker}"
    watched = Metric(metric.namespace, metric.name, tuple(sorted(metric.dimensions)))
    return Alarm(
        name=name,
        arn=_cloudwatch(region).alarms.arn(name),
        comparison=comparison,
        threshold=threshold,
        evaluation_periods=periods,
        metric=None if metric.queries else watched,
        statistic=metric.statistic or "Average",
        period=metric.period,
        unit=metric.unit or None,
        queries=tuple(map(_query, metric.queries)),
        description=_DESCRIPTION.format(action=action),
        actions={"ALARM": (action,)},
    )


def _query(given: Query) -> MetricQuery:
    """A query of a policy; its metrics are of a minute."""
    label, returned, stat = given.get("Label", ""), given.get("ReturnData", True), given.get("MetricStat")
    if stat is None:
        return MetricQuery(given["Id"], expression=given["Expression"], label=label, return_data=returned)
    dimensions = tuple(sorted((each["Name"], each["Value"]) for each in stat["Metric"].get("Dimensions", ())))
    metric = Metric(stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], dimensions)
    return MetricQuery(
        given["Id"],
        metric,
        statistic=stat["Stat"],
        period=PERIOD,
        unit=stat.get("Unit"),
        label=label,
        return_data=returned,
    )


def _cloudwatch(region: str) -> RegionalCloudWatch:
    return cloudwatch_of(current_account(), region)
