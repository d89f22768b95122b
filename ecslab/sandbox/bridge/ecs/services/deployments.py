"""Service deployments and revisions: what each deployment was for, and how it ended.

API operations ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions and
StopServiceDeployment.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.ecs import clusters, state
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter
from ecslab.sandbox.bridge.ecs.services.service_view import brief, revision, rollout, rollout_arn
from ecslab.sandbox.bridge.ecs.shapes import Answer, Operations, at_most, failure, invalid, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.service.revision import Revision
from ecslab.sandbox.world.service.rollout import Rollout
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DescribeServiceDeploymentsRequestTypeDef,
        DescribeServiceRevisionsRequestTypeDef,
        ListServiceDeploymentsRequestTypeDef,
        StopServiceDeploymentRequestTypeDef,
    )

__all__ = ["OPERATIONS"]

PAGE: Final = 20
MOST: Final = 20
_ARN: Final = re.compile(
    r"arn:aws:ecs:[a-z0-9-]+:\d{12}:(?P<kind>[a-z-]+)/(?P<cluster>[^/]+)/(?P<service>[^/]+)/(?P<id>[^/]+)"
)
_STOPPED: Final = "Service deployment stopped by user"
"""U."""


def _list(params: "ListServiceDeploymentsRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    service = services.find(caller, cluster, params["service"])
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    wanted = params.get("status")
    span = cast("Mapping[str, float]", params.get("createdAt") or {})  # numbers, as on the wire
    found = [
        brief(service, one) for one in service.rollouts
        if (not wanted or one.status in wanted)
        and float(span.get("after", 0)) <= one.created_at <= float(span.get("before", "inf"))
    ]  # fmt: skip
    return page("serviceDeployments", found, params, PAGE)


def _describe(params: "DescribeServiceDeploymentsRequestTypeDef", caller: Caller) -> Answer:
    wanted = params["serviceDeploymentArns"]
    at_most("serviceDeploymentArns", wanted, MOST)
    there = {arn: _rollout(arn, caller) for arn in wanted}
    return {
        "serviceDeployments": [rollout(*each) for each in there.values() if each],
        "failures": _missing(there),
    }


def _describe_revisions(params: "DescribeServiceRevisionsRequestTypeDef", caller: Caller) -> Answer:
    wanted = params["serviceRevisionArns"]
    at_most("serviceRevisionArns", wanted, MOST)
    there = {arn: _revision(arn, caller) for arn in wanted}
    return {
        "serviceRevisions": [revision(*each) for each in there.values() if each],
        "failures": _missing(there),
    }


def _missing(found: Mapping[str, object]) -> list[dict[str, str]]:
    return [failure(arn, "MISSING") for arn, resource in found.items() if not resource]


def _stop(params: "StopServiceDeploymentRequestTypeDef", caller: Caller) -> Answer:
    arn = params["serviceDeploymentArn"]
    there = _rollout(arn, caller)
    if there is None:
        raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")  # U
    service, one = there
    if params.get("stopType", "ROLLBACK") != "ROLLBACK":  # U
        raise invalid("The valid values for stopType are ROLLBACK.")
    back = service.completed
    if one.ended or one is not service.rollouts[0] or service.rolling_back:  # U
        raise AwsError(
            "ConflictException", f"The service deployment {arn} is {one.status} and cannot be stopped."
        )
    if back is None or back is service.primary:  # U
        raise invalid("There is no completed service revision to roll back to.")
    scheduler_adapter.services().scheduler.roll_back(service, _STOPPED)
    return {"serviceDeploymentArn": arn}


def _service(arn: str, kind: str, caller: Caller) -> tuple[Service, str] | None:
    """The service whose deployment or revision this ARN names, and the end of the ARN."""
    found = _ARN.fullmatch(arn)
    if not found or found["kind"] != kind:
        raise invalid("The ARN provided is invalid.")  # U
    cluster = state.of(caller.region).clusters.get(found["cluster"])
    service = cluster.services.get(found["service"]) if cluster else None
    return (service, found["id"]) if service else None


def _rollout(arn: str, caller: Caller) -> tuple[Service, Rollout] | None:
    there = _service(arn, "service-deployment", caller)
    if there is None:
        return None
    return next(((there[0], one) for one in there[0].rollouts if rollout_arn(there[0], one) == arn), None)


def _revision(arn: str, caller: Caller) -> tuple[Service, Revision, dict[str, str]] | None:
    there = _service(arn, "service-revision", caller)
    if there is None:
        return None
    service, number = there
    for one in service.rollouts:
        if one.deployment.revision.number == number:
            return service, one.deployment.revision, one.deployment.revision.digests
    return None


OPERATIONS: Final[Operations] = {
    "DescribeServiceDeployments": _describe,
    "DescribeServiceRevisions": _describe_revisions,
    "ListServiceDeployments": _list,
    "StopServiceDeployment": _stop,
}
