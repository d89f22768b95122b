"""Scalable targets: RegisterScalableTarget, DescribeScalableTargets, DeregisterScalableTarget; their tags."""

import re
from typing import Any, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import policy_alarms, scaler, state
from ecslab.sandbox.bridge.autoscaling.constraints import invalid
from ecslab.sandbox.bridge.autoscaling.resources import (
    Answer,
    Request,
    chosen,
    not_found,
    page,
    resource_of,
)
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling.capacity import Bounds
from ecslab.sandbox.world.scaling.target import ScalableTarget
from ecslab.sandbox.world.service.service import Service

_SUSPENDED: Final = (
    "DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended",
)  # fmt: skip
_PRINCIPAL: Final = "ecs.application-autoscaling.amazonaws.com"
_ARN: Final = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
MOST_TAGS: Final = 50
_TAGGED: Final = (
    "The scalable target that you tried to tag already exists. To update tags on an existing scalable "
    "target, use the TagResource API."
)


def register_scalable_target(params: Request, region: str) -> Answer:
    resource, held = resource_of(params), state.of(region)
    target = held.targets.get(resource)
    bounds = _bounds(params, target)
    role = params.get("RoleARN")
    if role is not None and not _ARN.fullmatch(role):
        raise invalid(f"'{role}' is not a valid ARN")
    if target is not None and params.get("Tags"):
        raise invalid(_TAGGED)
    tags = checked_tags(params.get("Tags") or {})
    if state.service_of(region, resource) is None:
        raise invalid(f"ECS service doesn't exist: {resource}")
    if target is None:
        target = held.targets[resource] = _new(region, resource, bounds, tags)
        roles.ensure_role_of(_PRINCIPAL, scaler.ROLE)
        hear_of_services()
    target.bounds = bounds
    target.suspended |= params.get("SuspendedState") or {}
    scaler.keep_bounds(region, target)
    return {"ScalableTargetARN": target.arn}


def _new(region: str, resource: str, bounds: Bounds, tags: dict[str, str]) -> ScalableTarget:
    account = current_account()
    name = f"0ec5{rng.getrandbits(128):032x}"
    arn = f"arn:aws:application-autoscaling:{region}:{account.id}:scalable-target/{name}"
    suspended = dict.fromkeys(_SUSPENDED, False)
    return ScalableTarget(resource, name, arn, bounds, account.clock.timestamp(), suspended, tags)


def _bounds(params: Request, target: ScalableTarget | None) -> Bounds:
    """Those of a request, with what it leaves out as it was."""
    minimum, maximum = params.get("MinCapacity"), params.get("MaxCapacity")
    if target is not None:
        minimum = target.bounds.minimum if minimum is None else minimum
        maximum = target.bounds.maximum if maximum is None else maximum
    for count, which in ((minimum, "Minimum"), (maximum, "Maximum")):
        if count is None:
            raise invalid(f"{which} capacity must be specified")
    check_bounds(minimum, maximum)
    return Bounds(int(minimum or 0), int(maximum or 0))


def check_bounds(minimum: int | None, maximum: int | None) -> None:
    """Refuse bounds that cannot be; None is not given."""
    for count, which in ((minimum, "Minimum"), (maximum, "Maximum")):
        if count is not None and count < 0:
            raise invalid(f"{which} capacity cannot be less than 0")
    if minimum is not None and maximum is not None and maximum < minimum:
        raise invalid("Maximum capacity cannot be less than minimum capacity")


def describe_scalable_targets(params: Request, region: str) -> Answer:
    wanted = params.get("ResourceIds")
    shown = [
        _view(target) for target in chosen(region, params) if not wanted or target.resource in wanted
    ]  # fmt: skip
    return page("ScalableTargets", shown, params)


def _view(target: ScalableTarget) -> dict[str, Any]:
    account = current_account()
    role = f"arn:aws:iam::{account.id}:role/aws-service-role/{_PRINCIPAL}/{scaler.ROLE}"
    return {
        "ServiceNamespace": state.NAMESPACE,
        "ResourceId": target.resource,
        "ScalableDimension": state.DIMENSION,
        "MinCapacity": target.bounds.minimum,
        "MaxCapacity": target.bounds.maximum,
        "RoleARN": role,
        "CreationTime": round(target.created_at, 3),
        "SuspendedState": dict(target.suspended),
        "ScalableTargetARN": target.arn,
    }


def deregister_scalable_target(params: Request, region: str) -> Answer:
    target = state.of(region).targets.get(resource_of(params))
    if target is None:
        raise not_found("scalable target found", params)
    _remove(region, target)
    return {}


def _remove(region: str, target: ScalableTarget) -> None:
    """Forget a target with its policies, their alarms, and its scheduled actions; activities stay."""
    for policy in target.policies.values():
        policy_alarms.delete(region, policy)
    for action in target.actions.values():
        if action.event:
            action.event.cancel()
    del state.of(region).targets[target.resource]


def hear_of_services() -> None:
    """Let the end of a service be that of its target, from here on."""
    listeners = scheduler_adapter.services().deleted_listeners
    if _service_deleted not in listeners:
        listeners.append(_service_deleted)


def _service_deleted(service: Service) -> None:
    region = service.arn.split(":")[3]
    target = state.of(region).targets.get(f"service/{service.cluster}/{service.name}")
    if target is not None:
        _remove(region, target)


# Tags: of targets alone -------------------------------------------------------------------------------------


def tag_resource(params: Request, region: str) -> Answer:
    target = _tagged(params, region)
    target.tags = checked_tags({**target.tags, **params["Tags"]})
    return {}


def untag_resource(params: Request, region: str) -> Answer:
    target = _tagged(params, region)
    for key in params["TagKeys"]:
        target.tags.pop(key, None)
    return {}


def list_tags_for_resource(params: Request, region: str) -> Answer:
    return {"Tags": dict(_tagged(params, region).tags)}


def _tagged(params: Request, region: str) -> ScalableTarget:
    arn = params["ResourceARN"]
    for target in state.of(region).targets.values():
        if target.arn == arn:
            return target
    raise AwsError("ResourceNotFoundException", f"The specified resource doesn't exist: {arn}")  # U: wording


def checked_tags(tags: dict[str, str]) -> dict[str, str]:
    """Tags that a target may have; AwsError if it may not have these. U: the sentences."""
    if len(tags) > MOST_TAGS:
        raise AwsError("TooManyTagsException", f"A resource can have at most {MOST_TAGS} tags.")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise invalid("A tag's key has 1 to 128 characters, and its value at most 256.")
        if key.lower().startswith("aws:"):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
    return dict(tags)
