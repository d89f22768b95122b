"""Container instances: a Fargate sandbox has none, and says so as ECS does of a cluster without any."""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import clusters
from ecslab.sandbox.bridge.ecs.shapes import Answer, Operations, at_most, failure, invalid, page
from ecslab.sandbox.bridge.ecs.state import Caller

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

__all__ = ["OPERATIONS"]


def _list(params: "api.ListContainerInstancesRequestTypeDef", caller: Caller) -> Answer:
    clusters.find(caller, params.get("cluster"))
    return page("containerInstanceArns", [], params)


def _describe(params: "api.DescribeContainerInstancesRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    wanted = params["containerInstances"]
    if not wanted:
        raise invalid("Container Instances cannot be empty.")  # U
    at_most("containerInstances", wanted)
    prefix = caller.ecs_arn(f"container-instance/{cluster.name}/")
    arns = [identifier if identifier.startswith("arn:") else prefix + identifier for identifier in wanted]
    return {"containerInstances": [], "failures": [failure(arn, "MISSING") for arn in arns]}


def _attributes(params: "api.ListAttributesRequestTypeDef", caller: Caller) -> Answer:
    clusters.find(caller, params.get("cluster"))
    return page("attributes", [], params)


OPERATIONS: Final[Operations] = {
    "DescribeContainerInstances": _describe,
    "ListAttributes": _attributes,
    "ListContainerInstances": _list,
}
