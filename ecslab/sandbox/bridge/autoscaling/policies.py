"""Scaling policies: PutScalingPolicy, DescribeScalingPolicies, DeleteScalingPolicy."""

from typing import Any, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import policy_alarms, scaler, state
from ecslab.sandbox.bridge.autoscaling.constraints import invalid
from ecslab.sandbox.bridge.autoscaling.policy_rules import check_steps, tracked_metric
from ecslab.sandbox.bridge.autoscaling.resources import (
    Answer,
    Request,
    chosen,
    not_found,
    page,
    registered,
    resource_of,
)
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling.configuration import Configuration
from ecslab.sandbox.world.scaling.target import Policy, ScalableTarget

MOST: Final = 50
"""Policies of a target: a quota of AWS's."""
_PAGE: Final = 50
_CONFIGURATION: Final = {
    "StepScaling": "StepScalingPolicyConfiguration",
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
}


def put_scaling_policy(params: Request, region: str) -> Answer:
    """Make a policy or write it anew: its ARN and time of creation stay, its alarms do not."""
    resource_of(params)
    kind = params.get("PolicyType")
    if kind is None:
        raise invalid("Scaling policy type must be specified")
    if kind not in _CONFIGURATION:
        raise invalid(f"This sandbox does not carry scaling policies of the type {kind} yet.")
    target, name = registered(region, params), str(params["PolicyName"])
    given = params.get(_CONFIGURATION[kind])
    metric = None
    if kind == "StepScaling":
        given = check_steps(given)
    else:
        if given is None:
            raise invalid("TargetTrackingScaling policy configuration must be specified")  # U
        metric = tracked_metric(region, target, name, given)
    policy = target.policies.get(name)
    if policy is None:
        policy = _new(target, name, kind, given)
    elif policy.kind != kind:
        policy_alarms.delete(region, policy)
    policy.kind, policy.configuration = kind, cast("Configuration", given)
    _hear_alarms(region)
    if metric is not None:
        policy_alarms.make(region, target, policy, metric)
    return {"PolicyARN": policy.arn, "Alarms": policy_alarms.shown(region, policy)}


def _new(target: ScalableTarget, name: str, kind: str, configuration: dict[str, Any]) -> Policy:
    if len(target.policies) >= MOST:
        sentence = f"The maximum number of scaling policies for a scalable target is {MOST}."  # U
        raise AwsError("LimitExceededException", sentence)
    region, account = target.arn.split(":")[3:5]
    start = f"arn:aws:autoscaling:{region}:{account}:scalingPolicy:{target.uuid}"
    arn = f"{start}:resource/{state.NAMESPACE}/{target.resource}:policyName/{name}"
    policy = Policy(
        name, arn, kind, cast("Configuration", configuration), current_account().clock.timestamp()
    )
    target.policies[name] = policy
    return policy


def _hear_alarms(region: str) -> None:
    """Let alarms whose actions name policies reach them, from here on."""
    account = current_account()
    prefix = f"arn:aws:autoscaling:{region}:{account.id}:scalingPolicy:"
    cloudwatch_of(account, region).alarms.on_action(prefix, scaler.alarm_acted)


def describe_scaling_policies(params: Request, region: str) -> Answer:
    names = params.get("PolicyNames")
    shown = [
        _view(region, target, policy)
        for target in chosen(region, params)
        for policy in target.policies.values()
        if not names or policy.name in names
    ]
    return page("ScalingPolicies", shown, params, _PAGE)


def _view(region: str, target: ScalableTarget, policy: Policy) -> dict[str, Any]:
    return {
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": state.NAMESPACE,
        "ResourceId": target.resource,
        "ScalableDimension": state.DIMENSION,
        "PolicyType": policy.kind,
        _CONFIGURATION[policy.kind]: policy.configuration,
        "Alarms": policy_alarms.shown(region, policy),
        "CreationTime": round(policy.created_at, 3),
    }


def delete_scaling_policy(params: Request, region: str) -> Answer:
    """The alarms that were made for it go with it; an alarm of the user's that names it stays."""
    target, name = state.of(region).targets.get(resource_of(params)), params["PolicyName"]
    policy = target.policies.get(name) if target else None
    if target is None or policy is None:
        raise not_found("scaling policy found", params, policy_name=name)
    policy_alarms.delete(region, policy)
    del target.policies[name]
    target.cooldowns.out.pop(name, None)
    return {}
