"""Scheduled actions: PutScheduledAction, DescribeScheduledActions, DeleteScheduledAction."""

from typing import Any, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import scaler, state
from ecslab.sandbox.bridge.autoscaling.constraints import invalid
from ecslab.sandbox.bridge.autoscaling.resources import (
    Answer,
    Request,
    chosen,
    not_found,
    page,
    registered,
    resource_of,
)
from ecslab.sandbox.bridge.autoscaling.targets import check_bounds
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling import schedule as schedules
from ecslab.sandbox.world.scaling.schedule import Schedule
from ecslab.sandbox.world.scaling.target import ScalableTarget, ScheduledAction

MOST: Final = 200
"""Scheduled actions of a target: a quota of AWS's."""


def put_scheduled_action(params: Request, region: str) -> Answer:
    """Make one or change it; what a change does not name stays, but for the start and the end."""
    target, name = registered(region, params), str(params["ScheduledActionName"])
    known = target.actions.get(name)
    if known is None and len(target.actions) >= MOST:
        sentence = f"The maximum number of scheduled actions for a scalable target is {MOST}."  # U
        raise AwsError("LimitExceededException", sentence)
    action = _described(params, target, name, known)
    if known and known.event:
        known.event.cancel()
    target.actions[name] = action
    scaler.plan(region, target, action)
    return {}


def _described(
    params: Request, target: ScalableTarget, name: str, known: ScheduledAction | None
) -> ScheduledAction:
    """The action that a request describes. U: the sentences."""
    expression = params.get("Schedule") or (known.expression if known else None)
    zone = params.get("Timezone") or (known.zone if known else None)
    capacity = params.get("ScalableTargetAction")
    if expression is None:
        raise invalid("Schedule must be specified")
    if capacity is None and known is None:
        raise invalid("Scalable target action must be specified")
    given = capacity if capacity is not None else {"MinCapacity": known.minimum, "MaxCapacity": known.maximum}  # type: ignore[union-attr]
    minimum, maximum = given.get("MinCapacity"), given.get("MaxCapacity")
    if minimum is None and maximum is None:
        raise invalid("At least one of the minimum capacity and the maximum capacity must be specified")
    check_bounds(minimum, maximum)
    start, end = _moment(params, "StartTime"), _moment(params, "EndTime")
    if start is not None and end is not None and end <= start:
        raise invalid("End time must be after start time")
    now = current_account().clock.timestamp()
    schedule = _read(expression, zone)
    made = known.created_at if known else now
    action = ScheduledAction(
        name, known.arn if known else _arn(target, name), made, expression, schedule, zone, start, end,
        minimum, maximum,
    )  # fmt: skip
    if schedule.once and action.next_after(now) is None:
        raise invalid(f"The schedule {expression} lies in the past")
    return action


def _read(expression: str, zone: str | None) -> Schedule:
    if zone is not None and not schedules.is_zone(zone):
        raise invalid(f"Invalid timezone: {zone}")  # U
    try:
        return schedules.read(expression, zone or "UTC")
    except ValueError:
        raise invalid("Invalid schedule expression") from None  # aws/aws-cdk#6053; U beyond these words


def _moment(params: Request, member: str) -> float | None:
    return float(params[member]) if params.get(member) is not None else None


def _arn(target: ScalableTarget, name: str) -> str:
    region, account = target.arn.split(":")[3:5]
    start = f"arn:aws:autoscaling:{region}:{account}:scheduledAction:{target.uuid}"
    return f"{start}:resource/{state.NAMESPACE}/{target.resource}:scheduledActionName/{name}"


def describe_scheduled_actions(params: Request, region: str) -> Answer:
    names = params.get("ScheduledActionNames")
    shown = [
        _view(target, action)
        for target in chosen(region, params)
        for action in target.actions.values()
        if not names or action.name in names
    ]
    return page("ScheduledActions", shown, params)


def _view(target: ScalableTarget, action: ScheduledAction) -> dict[str, Any]:
    bounds = {"MinCapacity": action.minimum, "MaxCapacity": action.maximum}
    shown = {
        "ScheduledActionName": action.name,
        "ScheduledActionARN": action.arn,
        "ServiceNamespace": state.NAMESPACE,
        "Schedule": action.expression,
        "Timezone": action.zone,
        "ResourceId": target.resource,
        "ScalableDimension": state.DIMENSION,
        "StartTime": action.start,
        "EndTime": action.end,
        "ScalableTargetAction": {name: count for name, count in bounds.items() if count is not None},
        "CreationTime": round(action.created_at, 3),
    }
    return {name: value for name, value in shown.items() if value is not None}


def delete_scheduled_action(params: Request, region: str) -> Answer:
    name = params["ScheduledActionName"]
    target = state.of(region).targets.get(resource_of(params))
    action = target.actions.pop(name, None) if target else None
    if action is None:
        raise not_found("scheduled action found", params, scheduled_action_name=name)
    if action.event:
        action.event.cancel()
    return {}
