"""What scales: alarms that go off, bounds that are moved, schedules that fall due; each with its activity."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import policy_alarms, state
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling import activity as words
from ecslab.sandbox.world.scaling.activity import Activity
from ecslab.sandbox.world.scaling.capacity import Bounds
from ecslab.sandbox.world.scaling.decision import NotScaled
from ecslab.sandbox.world.scaling.rule import Change, Outcome, Scaled
from ecslab.sandbox.world.scaling.target import Policy, ScalableTarget, ScheduledAction

if TYPE_CHECKING:
    from ecslab.sandbox.world.metrics.alarm import Alarm

ROLE: Final = "AWSServiceRoleForApplicationAutoScaling_ECSService"
_SESSION: Final = "AutoScaling-UpdateDesiredCapacity"
_SET_BOUNDS: Final = 0.005
"""Seconds that it takes a scheduled action to set the bounds; recorded."""


# Alarms -----------------------------------------------------------------------------------------------------


def alarm_acted(alarm: "Alarm", action: str, new_state: str) -> bool:
    """An alarm's action names a policy; whether anything comes of it that can be seen.

    Args:
        action: the policy's ARN, `:createdBy/<uuid>` after it where the policy made the alarm.
        new_state: the alarm's.
    """
    region = action.split(":")[3]
    target, policy = _named(region, action)
    if target is None or policy is None:
        return False
    decision = _decision(_seen(region, target), region, policy, alarm)
    if decision is None or decision == "cooldown":
        return decision is not None  # the cooldown's end changes what comes of the same
    cause = words.text("alarm", alarm=alarm.name, state=new_state, policy=policy.name)
    if isinstance(decision, NotScaled):
        return _note_not_scaled(region, target, cause, decision)
    clock = current_account().clock
    delay = clock.durations.of("scaling_noticed", f"{target.id}@{clock.now}")
    clock.after(delay, lambda: _scale(region, target, policy, alarm, cause))
    return True


def _named(region: str, action: str) -> tuple[ScalableTarget | None, Policy | None]:
    """The target and the policy that an alarm's action names, if they are there."""
    arn, _, maker = action.partition(":createdBy/")
    for target in state.of(region).targets.values():
        for policy in target.policies.values():
            if policy.arn == arn and maker in ("", policy.maker):
                return target, policy
    return None, None


def _scale(region: str, target: ScalableTarget, policy: Policy, alarm: "Alarm", cause: str) -> bool:
    """Do what a policy asks for, by what is to be seen now."""
    scaled = _seen(region, target)
    if scaled is None or policy.name not in target.policies:
        return False
    decision = _decision(scaled, region, policy, alarm)
    if not isinstance(decision, Change):
        return False
    if set_desired(region, target, decision.desired, cause):
        scaled.changed(policy, decision)
    return True


def _seen(region: str, target: ScalableTarget) -> Scaled | None:
    """A target that is registered, and its service; None if either is gone."""
    service = state.service_of(region, target.resource)
    if service is None or state.of(region).targets.get(target.resource) is not target:
        return None
    return Scaled(
        target,
        service.desired,
        service.running,
        service.primary.rollout_state == "IN_PROGRESS",
        current_account().clock.now,
        lambda policy: policy_alarms.datapoints_in_alarm(region, policy.low),
    )


def _decision(scaled: Scaled | None, region: str, policy: Policy, alarm: "Alarm") -> Outcome:
    """What a policy asks for by an alarm's datapoints."""
    values = policy_alarms.datapoints(region, alarm)
    if scaled is None or not values:
        return None
    if not policy.tracks:
        return scaled.stepping(policy, values, alarm.threshold, "Less" in alarm.comparison)
    if alarm.name == policy.high:
        return scaled.tracking_out(policy, values)
    return scaled.tracking_in() if alarm.name == policy.low and policy.scales_in else None


def _note_not_scaled(region: str, target: ScalableTarget, cause: str, reason: NotScaled) -> bool:
    """A repetition of the same reason adds no activity."""
    log = state.of(region).log
    if log.repeats(target.resource, reason):
        return False
    activity = _new(target, words.text("attempting"), cause)
    activity.status, activity.not_scaled = reason.status, reason
    log.add(activity)
    return True


# Activities -------------------------------------------------------------------------------------------------


def _new(target: ScalableTarget, description: str, cause: str) -> Activity:
    now = current_account().clock.timestamp()
    return Activity(str(rng.uuid4()), target.resource, description, cause, now)


def set_desired(region: str, target: ScalableTarget, count: int, cause: str) -> bool:
    """Set a service's desired count, with an activity; whether ECS took it."""
    account = current_account()
    activity = _new(target, words.text("setting_count", count=count), cause)
    state.of(region).log.add(activity)
    role = f"arn:aws:sts::{account.id}:assumed-role/{ROLE}/{_SESSION}"
    asked = {"cluster": target.cluster, "service": target.service, "desiredCount": count}
    try:
        services.update_service(asked, Caller(account.id, region, role))  # type: ignore[arg-type]
    except AwsError as refusal:
        what = f"desired count to {count}"
        activity.end(activity.started_at, "Failed", words.text("failed", what=what, reason=refusal.message))
        return False
    activity.desired, activity.message = count, words.text("waiting", count=count)
    _watch(region, activity)
    return True


def _watch(region: str, activity: Activity) -> None:
    """Look from time to time whether ECS has fulfilled it; nobody has seen it give up."""
    clock = current_account().clock
    period = clock.durations.of("scaling_polled", activity.id)

    def look() -> bool:
        service = state.service_of(region, activity.resource)
        counts = (service.desired, service.running) if service else (0, 0)
        over = activity.look(clock.timestamp(), *counts)
        if not over:
            clock.every(period, look, _look_again)
        return over

    clock.every(period, look, _look_again)


def _look_again(_moments: Sequence[float]) -> None:
    """A look at what has not changed finds nothing."""


# Bounds and schedules ---------------------------------------------------------------------------------------


def keep_bounds(region: str, target: ScalableTarget) -> None:
    """Let a desired count outside the bounds be moved to them in a moment."""
    clock = current_account().clock
    delay = clock.durations.of("bounds_kept", f"{target.id}@{clock.now}")
    if target.bounds_event:
        target.bounds_event.cancel()
    target.bounds_event = clock.after(delay, lambda: _keep_bounds(region, target))


def _keep_bounds(region: str, target: ScalableTarget) -> bool:
    service, target.bounds_event = state.service_of(region, target.resource), None
    if service is None or state.of(region).targets.get(target.resource) is not target:
        return False
    count = target.bounds.clamp(service.desired)
    if count == service.desired:
        return False
    which = "minimum" if count > service.desired else "maximum"
    set_desired(region, target, count, words.text(which, count=count))
    return True


def plan(region: str, target: ScalableTarget, action: ScheduledAction, moment: float | None = None) -> None:
    """Let a scheduled action run when it is next due after epoch second `moment`: now, if none is given."""
    clock = current_account().clock
    if action.event:
        action.event.cancel()
    now = clock.timestamp()
    due = action.next_after(now if moment is None else moment)
    action.event = None
    if due is not None:
        action.event = clock.after(max(due - now, 0.0), lambda: _run(region, target, action, due))


def _run(region: str, target: ScalableTarget, action: ScheduledAction, due: float) -> bool:
    action.event = None
    if action.schedule.once:
        del target.actions[action.name]
    else:
        plan(region, target, action, due)
    if target.suspended["ScheduledScalingSuspended"]:
        return action.schedule.once
    minimum = target.bounds.minimum if action.minimum is None else action.minimum
    maximum = target.bounds.maximum if action.maximum is None else action.maximum
    bounds = words.bounds_text(action.minimum, action.maximum)
    cause = words.text("scheduled", name=action.name)
    activity = _new(target, words.text("setting_bounds", bounds=bounds), cause)
    state.of(region).log.add(activity)
    ended = activity.started_at + _SET_BOUNDS
    if minimum > maximum:  # U: what becomes of it
        reason = "Maximum capacity cannot be less than minimum capacity"
        activity.end(ended, "Failed", words.text("failed", what=bounds, reason=reason))
        return True
    target.bounds = Bounds(minimum, maximum)
    activity.end(ended, "Successful", words.text("bounds_set", bounds=bounds))
    keep_bounds(region, target)
    return True
