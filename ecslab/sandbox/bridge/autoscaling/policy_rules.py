"""What PutScalingPolicy refuses of a policy's configuration."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, cast

from ecslab.sandbox.bridge.autoscaling import state
from ecslab.sandbox.bridge.autoscaling.constraints import invalid
from ecslab.sandbox.world.metrics.extended import is_statistic
from ecslab.sandbox.world.metrics.functions import MathError
from ecslab.sandbox.world.metrics.maths import names_in, parsed
from ecslab.sandbox.world.scaling import tracked_metric as metrics
from ecslab.sandbox.world.scaling.configuration import CustomizedMetric
from ecslab.sandbox.world.scaling.target import ScalableTarget
from ecslab.sandbox.world.scaling.tracked_metric import TrackedMetric

MOST_STEPS: Final = 20
_LEAST_TARGET, _MOST_TARGET = "8.51592E-109", "1.174271E108"
_ONE: Final = "PredefinedMetricSpecification", "CustomizedMetricSpecification"
_ONE_POLICY: Final = "Only one TargetTrackingScaling policy for a given metric specification is allowed."
_PLAIN: Final = ("MetricName", "Namespace", "Statistic")


def tracked_metric(region: str, target: ScalableTarget, name: str, given: Mapping[str, Any]) -> TrackedMetric:
    """The metric that a target tracking policy follows.

    Args:
        name: the policy's, which may be there already.

    Raises:
        AwsError: the policy cannot be.
    """
    value = float(given["TargetValue"])
    if not float(_LEAST_TARGET) <= value <= float(_MOST_TARGET):
        raise invalid(
            "For target tracking scaling, target value must be between "
            f"'{_LEAST_TARGET}' and '{_MOST_TARGET}', but was '{value}'."
        )
    predefined, customized = (given.get(member) for member in _ONE)
    if predefined is None and customized is None:
        raise invalid(f"{' or '.join(_ONE)} must be set for target tracking scaling.")
    if predefined is not None and customized is not None:
        raise invalid(f"Only one of {' or '.join(_ONE)} can be set for target tracking scaling.")
    for member in ("ScaleOutCooldown", "ScaleInCooldown"):
        _check_cooldown(given.get(member))
    metric = _predefined(region, target, predefined) if predefined else _customized(customized or {})
    for policy in target.policies.values():
        if policy.tracks and policy.name != name and _same_metric(policy.configuration, given):
            raise invalid(_ONE_POLICY)
    return metric


def _same_metric(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return all(first.get(member) == second.get(member) for member in _ONE)


def _predefined(region: str, target: ScalableTarget, given: Mapping[str, Any]) -> TrackedMetric:
    kind, label = given["PredefinedMetricType"], given.get("ResourceLabel")
    if not metrics.is_predefined(kind):
        raise invalid(f"Predefined metric type {kind} is not supported for the service namespace ecs.")  # U
    if metrics.takes_label(kind):
        if label is None:
            raise invalid(f"Resource label should be specified for predefined metric type {kind}")
    elif label is not None:
        raise invalid(f"Resource label should not be specified for predefined metric type {kind}")  # U
    try:
        metric = metrics.predefined(kind, target.cluster, target.service, label or "")
    except ValueError:
        raise invalid(f"Resource label {label} is not valid for predefined metric type {kind}") from None  # U
    if metrics.takes_label(kind):
        _check_attached(region, target, metrics.group_of(label or ""))
    elif metric.period < metrics.PERIOD:
        _check_resolution(region, target, metric)
    return metric


def _check_attached(region: str, target: ScalableTarget, group: str) -> None:
    """The balancer part of a label is not checked."""
    service = state.service_of(region, target.resource)
    groups = service.revision.load_balancers if service else ()
    if not any(each.target_group.endswith(f":{group}") for each in groups):
        raise invalid(f"Target group {group} is not attached to resource {target.resource}")


def _check_resolution(region: str, target: ScalableTarget, metric: TrackedMetric) -> None:
    """A service sends metrics of such periods once the deployment that lets it is done. U: the sentences."""
    service = state.service_of(region, target.resource)
    monitoring = service.revision.spec["kept"].get("monitoring", {}) if service else {}
    fine = any(
        metric.name in each["metricNames"] and each["resolutionSeconds"] == metric.period
        for each in monitoring.get("metricConfigurations", ())
    )
    if not fine:
        raise invalid(
            f"{target.resource} does not publish {metric.name} with a resolution of {metric.period} seconds."
        )
    if service and service.primary.rollout_state != "COMPLETED":
        raise invalid(f"The deployment of {target.resource} is not completed.")


def _customized(given: Mapping[str, Any]) -> TrackedMetric:
    """U: the sentences."""
    plain = [member for member in (*_PLAIN, "Dimensions", "Unit") if given.get(member)]
    if given.get("Metrics"):
        if plain:
            raise invalid("Metrics cannot be specified together with MetricName, Namespace or Statistic.")
        _check_queries(given["Metrics"])
    else:
        for member in _PLAIN:
            if not given.get(member):
                raise invalid(f"{member} must be specified for CustomizedMetricSpecification.")
    return metrics.customized(cast("CustomizedMetric", given))


def _check_queries(queries: list[Mapping[str, Any]]) -> None:
    if len({query["Id"] for query in queries}) < len(queries):
        raise invalid("The metric data queries have two of the same ID.")
    if sum(query.get("ReturnData", True) for query in queries) != 1:
        raise invalid("Exactly one element of the metrics list should return data.")
    for query in queries:
        if bool(query.get("Expression")) == bool(query.get("MetricStat")):
            raise invalid(f"The metric data query {query['Id']} needs either Expression or MetricStat.")
        if query.get("Expression"):
            _check_expression(query["Id"], query["Expression"], {each["Id"] for each in queries})
        stat = query.get("MetricStat")
        if stat and not is_statistic(stat["Stat"]):
            raise invalid(f"The statistic {stat['Stat']} of {query['Id']} is not supported.")
        if stat and not (stat["Metric"].get("MetricName") and stat["Metric"].get("Namespace")):
            raise invalid(f"The metric of {query['Id']} needs MetricName and Namespace.")


def _check_expression(name: str, expression: str, names: set[str]) -> None:
    """Metric maths that can be computed, of the metrics that there are."""
    try:
        named = set(names_in(parsed(expression)))
    except MathError as problem:
        raise invalid(f"Error in expression '{name}': {problem}") from None
    if missing := sorted(named - names):
        raise invalid(f"Error in expression '{name}': ID '{missing[0]}' not found")
    if name in named:
        raise invalid(f"Error in expression '{name}': Circular dependency involving '{name}'")


def check_steps(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration of a step scaling policy; AwsError if it cannot be."""
    if given is None:
        raise invalid("StepScaling policy configuration must be specified")
    if not given.get("AdjustmentType"):
        raise invalid("Adjustment type must be specified")
    _check_cooldown(given.get("Cooldown"))
    magnitude = given.get("MinAdjustmentMagnitude")
    if magnitude is not None and given["AdjustmentType"] != "PercentChangeInCapacity":
        raise invalid("MinAdjustmentMagnitude is supported for PercentChangeInCapacity alone.")  # U
    if magnitude is not None and magnitude < 1:
        raise invalid("Minimum adjustment magnitude must be at least 1.")  # U
    steps = given.get("StepAdjustments") or []
    if not steps:
        raise invalid("At least one step adjustment must be specified")  # U
    if len(steps) > MOST_STEPS:
        raise invalid(f"There can be at most {MOST_STEPS} step adjustments per scaling policy")
    _check_intervals(steps)
    return dict(given)


def _check_cooldown(seconds: int | None) -> None:
    if seconds is not None and seconds < 0:
        raise invalid("Cooldown cannot be less than 0")  # U


def _check_intervals(steps: list[Mapping[str, Any]]) -> None:
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html"""
    intervals = [
        (each.get("MetricIntervalLowerBound"), each.get("MetricIntervalUpperBound")) for each in steps
    ]
    for lower, upper in intervals:
        if lower is None and upper is None:
            raise invalid("Both lower and upper bounds of a step adjustment cannot be left unspecified")
        if lower is not None and upper is not None and lower >= upper:
            raise invalid("The upper bound of a step adjustment must be greater than its lower bound")  # U
    lowers, uppers = zip(*intervals, strict=True)
    # EC2 Auto Scaling's sentences for the same rules: hashicorp/terraform-provider-aws#9077. U here
    unspecified = "There must be a StepAdjustment with an unspecified {0} bound (i.e., {0} bound is null) "
    if any(lower is not None and lower < 0 for lower in lowers) and None not in lowers:
        raise invalid(unspecified.format("lower") + "when one StepAdjustment has a negative lower bound")
    if any(upper is not None and upper > 0 for upper in uppers) and None not in uppers:
        raise invalid(unspecified.format("upper") + "when one StepAdjustment has a positive upper bound")
    bounds = [(float("-inf") if lower is None else lower, float("inf") if upper is None else upper)
              for lower, upper in intervals]  # fmt: skip
    for (_, end), (begin, _) in pairwise(sorted(bounds)):
        if begin < end:
            raise invalid("StepAdjustment intervals can't overlap")  # U
        if begin > end:
            raise invalid("StepAdjustment intervals can't have gaps between them")  # U
