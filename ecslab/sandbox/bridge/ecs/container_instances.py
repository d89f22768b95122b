"""Container instances: a Fargate sandbox has none, and says so as ECS does of a cluster without any."""

from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.ecs import clusters
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure, invalid, page
from ecslab.sandbox.bridge.ecs.state import Caller

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api


def list_container_instances(params: "api.ListContainerInstancesRequestTypeDef", caller: Caller) -> Answer:
    clusters.find(caller, params.get("cluster"))
    return page("containerInstanceArns", [], params)


def describe_container_instances(
    params: "api.DescribeContainerInstancesRequestTypeDef", caller: Caller
) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    wanted = params["containerInstances"]
    if not wanted:
        raise invalid("Container Instances cannot be empty.")  # U
    at_most("containerInstances", wanted)
    prefix = caller.ecs_arn(f"container-instance/{cluster.name}/")
    arns = [identifier if identifier.startswith("arn:") else prefix + identifier for identifier in wanted]
    return {"containerInstances": [], "failures": [failure(arn, "MISSING") for arn in arns]}


def list_attributes(params: "api.ListAttributesRequestTypeDef", caller: Caller) -> Answer:
    clusters.find(caller, params.get("cluster"))
    return page("attributes", [], params)
