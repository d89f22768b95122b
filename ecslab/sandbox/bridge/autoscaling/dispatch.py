"""From a request on the wire to the function that answers it, and back: JSON 1.1, as ECS speaks it."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.autoscaling import activities, constraints, policies, scheduled_actions, targets
from ecslab.sandbox.bridge.autoscaling.resources import Answer, Request
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.world.errors import AwsError

CONTENT_TYPE: Final = "application/x-amz-json-1.1"

OPERATIONS: Final[Mapping[str, Callable[[Request, str], Answer]]] = {
    "DeleteScalingPolicy": policies.delete_scaling_policy,
    "DeleteScheduledAction": scheduled_actions.delete_scheduled_action,
    "DeregisterScalableTarget": targets.deregister_scalable_target,
    "DescribeScalableTargets": targets.describe_scalable_targets,
    "DescribeScalingActivities": activities.describe_scaling_activities,
    "DescribeScalingPolicies": policies.describe_scaling_policies,
    "DescribeScheduledActions": scheduled_actions.describe_scheduled_actions,
    "ListTagsForResource": targets.list_tags_for_resource,
    "PutScalingPolicy": policies.put_scaling_policy,
    "PutScheduledAction": scheduled_actions.put_scheduled_action,
    "RegisterScalableTarget": targets.register_scalable_target,
    "TagResource": targets.tag_resource,
    "UntagResource": targets.untag_resource,
}
"""What this sandbox carries, by the operation's name."""


def respond(operation: str, body: bytes, region: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for a request whose members have been checked; a refusal is answered."""
    given = {name: value for name, value in json.loads(body or b"{}").items() if value is not None}
    status: int
    answer: Answer
    try:
        constraints.check(operation, given)
        status, answer = 200, OPERATIONS[operation](given, region)
    except AwsError as refusal:
        status = refusal.status
        answer = {"__type": refusal.code, "message": refusal.message, **refusal.fields}
    headers = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(rng.uuid4())}
    return status, headers, json.dumps(answer, ensure_ascii=False).encode()
