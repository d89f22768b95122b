"""What Application Auto Scaling shows of a service, by calls that read; None or empty without any."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.resources.scaling_shapes import ActivityShape, PolicyShape, ScheduleShape, TargetShape

NAMESPACE: Final = "ecs"
DIMENSION: Final = "ecs:service:DesiredCount"


def resource_id(lab: Connection, name: str, cluster: str | None = None) -> str:
    """`service/adgu-cluster/adgu-shop`: what Application Auto Scaling calls the service."""
    return f"service/{cluster or lab.names.cluster}/{name}"


def target(lab: Connection, name: str) -> TargetShape | None:
    """The scalable target as DescribeScalableTargets shows it, or None."""
    targets: list[TargetShape] = lab.autoscaling.describe_scalable_targets(
        ServiceNamespace=NAMESPACE, ResourceIds=[resource_id(lab, name)], ScalableDimension=DIMENSION
    )["ScalableTargets"]
    return targets[0] if targets else None


def policies(lab: Connection, name: str, cluster: str | None = None) -> list[PolicyShape]:
    """The service's scaling policies as DescribeScalingPolicies shows them, by name."""
    listed: list[PolicyShape] = lab.autoscaling.describe_scaling_policies(
        ServiceNamespace=NAMESPACE, ResourceId=resource_id(lab, name, cluster), ScalableDimension=DIMENSION
    )["ScalingPolicies"]
    return sorted(listed, key=lambda policy: policy["PolicyName"])


def schedules(lab: Connection, name: str) -> list[ScheduleShape]:
    """The service's scheduled actions as DescribeScheduledActions shows them, by name."""
    listed: list[ScheduleShape] = lab.autoscaling.describe_scheduled_actions(
        ServiceNamespace=NAMESPACE, ResourceId=resource_id(lab, name), ScalableDimension=DIMENSION
    )["ScheduledActions"]
    return sorted(listed, key=lambda action: action["ScheduledActionName"])


def activities(
    lab: Connection, name: str, since: datetime | None = None, *, not_scaled: bool = False,
    cluster: str | None = None,
) -> list[ActivityShape]:  # fmt: skip
    """What scaled the service, oldest first; with `not_scaled`, also what was tried and could not be done."""
    pages = lab.autoscaling.get_paginator("describe_scaling_activities").paginate(
        ServiceNamespace=NAMESPACE, ResourceId=resource_id(lab, name, cluster), ScalableDimension=DIMENSION,
        IncludeNotScaledActivities=not_scaled,
    )  # fmt: skip
    every: list[ActivityShape] = [activity for page in pages for activity in page["ScalingActivities"]]
    return [each for each in reversed(every) if since is None or each["StartTime"] >= since]
