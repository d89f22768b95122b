"""From a request on the wire to the function that answers it, and back: the query protocol."""

from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.auto_scaling_groups import (
    instance_operations,
    operations,
    tag_operations,
)
from ecslab.sandbox.bridge.auto_scaling_groups.pages import Answer
from ecslab.sandbox.bridge.auto_scaling_groups.requests import Request
from ecslab.sandbox.bridge.cloudwatch.validation import check_shape
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.codecs import query
from ecslab.sandbox.wire.service_models import service_model

OPERATIONS: Final[Mapping[str, Callable[[Request, str], Answer]]] = {
    "CreateAutoScalingGroup": operations.create_auto_scaling_group,
    "CreateOrUpdateTags": tag_operations.create_or_update_tags,
    "DeleteAutoScalingGroup": operations.delete_auto_scaling_group,
    "DeleteTags": tag_operations.delete_tags,
    "DescribeAutoScalingGroups": operations.describe_auto_scaling_groups,
    "DescribeAutoScalingInstances": instance_operations.describe_auto_scaling_instances,
    "DescribeLifecycleHooks": instance_operations.describe_lifecycle_hooks,
    "DescribeScalingActivities": operations.describe_scaling_activities,
    "DescribeTags": tag_operations.describe_tags,
    "SetDesiredCapacity": operations.set_desired_capacity,
    "SetInstanceHealth": instance_operations.set_instance_health,
    "SetInstanceProtection": instance_operations.set_instance_protection,
    "TerminateInstanceInAutoScalingGroup": instance_operations.terminate_instance_in_auto_scaling_group,
    "UpdateAutoScalingGroup": operations.update_auto_scaling_group,
}
"""What this sandbox carries, by the operation's name. Each takes its own request, checked before."""


def respond(request: HttpRequest, operation: str, region: str) -> HttpResponse:
    """The answer to a form whose members have been checked; AwsError in AWS's words."""
    service = service_model("autoscaling")
    assert service is not None, "botocore carries it"
    model = service.operation_model(operation)
    given = query.input_of(request, model.input_shape)
    if model.input_shape is not None:
        check_shape(model.input_shape, given)
    body = query.answer(model, OPERATIONS[operation](given, region), str(rng.uuid4()))
    return HttpResponse(200, {"Content-Type": "text/xml"}, body)
