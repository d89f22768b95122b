"""Scaling activities: DescribeScalingActivities."""

from typing import Any

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import state
from ecslab.sandbox.bridge.autoscaling.resources import Answer, Request, chosen, page
from ecslab.sandbox.world.scaling.activity import Activity


def describe_scaling_activities(params: Request, region: str) -> Answer:
    chosen(region, params)  # which judges the request; activities outlive their targets
    resource, dimension = params.get("ResourceId"), params.get("ScalableDimension")
    ours = params["ServiceNamespace"] == state.NAMESPACE and dimension in (None, state.DIMENSION)
    now, not_scaled = current_account().clock.timestamp(), params.get("IncludeNotScaledActivities", False)
    shown = [
        _view(activity)
        for activity in (state.of(region).log.shown(now, not_scaled) if ours else ())
        if resource in (None, activity.resource)
    ]
    return page("ScalingActivities", shown, params)


def _view(activity: Activity) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "ActivityId": activity.id,
        "ServiceNamespace": state.NAMESPACE,
        "ResourceId": activity.resource,
        "ScalableDimension": state.DIMENSION,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": round(activity.started_at, 3),
        "StatusCode": activity.status,
    }
    if activity.ended_at is not None:
        shown["EndTime"] = round(activity.ended_at, 3)
    if activity.message:
        shown["StatusMessage"] = activity.message
    if activity.not_scaled:
        shown["NotScaledReasons"] = [{"Code": activity.not_scaled.code, **activity.not_scaled.capacity}]
    return shown
