"""Services: this sandbox has none yet, and its answers say so as ECS would of an empty cluster."""

from typing import Any, Final

from ecslab.sandbox.bridge.ecs import clusters
from ecslab.sandbox.bridge.ecs.shapes import at_most, failure, invalid, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import AwsError

__all__ = ["OPERATIONS"]

MOST_DESCRIBED: Final = 10


def _list(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    clusters.find(caller, params.get("cluster"))
    return page("serviceArns", [], params)


def _list_by_namespace(params: dict[str, Any], caller: Caller) -> dict[str, Any]:  # noqa: ARG001  # one signature
    return page("serviceArns", [], params)


def _describe(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    cluster = clusters.find(caller, params.get("cluster"))
    wanted = params["services"]
    if not wanted:
        raise invalid("Services cannot be empty.")  # U
    at_most("services", wanted, MOST_DESCRIBED)
    prefix = caller.ecs_arn(f"service/{cluster.name}/")
    arns = [one if one.startswith("arn:") else prefix + one for one in wanted]
    return {"services": [], "failures": [failure(arn, "MISSING") for arn in arns]}


def _none_such(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    clusters.find(caller, params.get("cluster"))
    raise AwsError("ServiceNotFoundException", "Service not found.")


def _describe_deployments(params: dict[str, Any], caller: Caller) -> dict[str, Any]:  # noqa: ARG001  # one signature
    missing = [failure(arn, "MISSING") for arn in params["serviceDeploymentArns"]]
    return {"serviceDeployments": [], "failures": missing}


OPERATIONS: Final = {
    "DeleteService": _none_such,
    "DescribeServiceDeployments": _describe_deployments,
    "DescribeServices": _describe,
    "ListServiceDeployments": _none_such,
    "ListServices": _list,
    "ListServicesByNamespace": _list_by_namespace,
    "UpdateService": _none_such,
}
