"""Service deployments and revisions: what each deployment was for, and how it ended.

API operations ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions and
StopServiceDeployment.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.ecs import clusters, state
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter, service_view
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service.deployment import Revision
from ecslab.sandbox.world.service.rollout import Rollout
from ecslab.sandbox.world.service.service import Service

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

PAGE: Final = 20
MOST: Final = 20
_ARN: Final = re.compile(
    r"arn:aws:ecs:[a-z0-9-]+:\d{12}:(?P<kind>[a-z-]+)/(?P<cluster>[^/]+)/(?P<service>[^/]+)/(?P<id>[^/]+)"
)
_STOPPED: Final = "Service deployment stopped by user"
"""U."""


def list_service_deployments(params: "api.ListServiceDeploymentsRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    service = services.find(caller, cluster, params["service"])
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    wanted = params.get("status")
    span = cast("Mapping[str, float]", params.get("createdAt") or {})  # numbers, as on the wire
    rollouts = [
        service_view.rollout_brief(service, rollout) for rollout in service.rollouts
        if (not wanted or rollout.status in wanted)
        and float(span.get("after", 0)) <= rollout.created_at <= float(span.get("before", "inf"))
    ]  # fmt: skip
    return page("serviceDeployments", rollouts, params, PAGE)


def describe_service_deployments(
    params: "api.DescribeServiceDeploymentsRequestTypeDef", caller: Caller
) -> Answer:
    at_most("serviceDeploymentArns", params["serviceDeploymentArns"], MOST)
    rollouts = {arn: _rollout(arn, caller) for arn in params["serviceDeploymentArns"]}
    shown = [service_view.rollout_view(*named) for named in rollouts.values() if named]
    return {"serviceDeployments": shown, "failures": _missing(rollouts)}


def describe_service_revisions(
    params: "api.DescribeServiceRevisionsRequestTypeDef", caller: Caller
) -> Answer:
    at_most("serviceRevisionArns", params["serviceRevisionArns"], MOST)
    revisions = {arn: _revision(arn, caller) for arn in params["serviceRevisionArns"]}
    shown = [service_view.revision_view(*named) for named in revisions.values() if named]
    return {"serviceRevisions": shown, "failures": _missing(revisions)}


def _missing(named: Mapping[str, object]) -> list[dict[str, str]]:
    return [failure(arn, "MISSING") for arn, resource in named.items() if not resource]


def stop_service_deployment(params: "api.StopServiceDeploymentRequestTypeDef", caller: Caller) -> Answer:
    arn = params["serviceDeploymentArn"]
    named = _rollout(arn, caller)
    if named is None:
        raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")  # U
    service, rollout = named
    if params.get("stopType", "ROLLBACK") != "ROLLBACK":  # U
        raise invalid("The valid values for stopType are ROLLBACK.")
    back = service.completed
    if rollout.ended or rollout is not service.rollouts[0] or service.rolling_back:  # U
        raise AwsError(
            "ConflictException",
            f"The service deployment {arn} is {rollout.status} and cannot be stopped.",
        )
    if back is None or back is service.primary:  # U
        raise invalid("There is no completed service revision to roll back to.")
    scheduler_adapter.services().scheduler.roll_back(service, _STOPPED)
    return {"serviceDeploymentArn": arn}


def _service(arn: str, kind: str, caller: Caller) -> tuple[Service, str] | None:
    """The service whose deployment or revision this ARN names, and the end of the ARN."""
    match = _ARN.fullmatch(arn)
    if not match or match["kind"] != kind:
        raise invalid("The ARN provided is invalid.")  # U
    cluster = state.of(caller.region).clusters.get(match["cluster"])
    service = cluster.services.get(match["service"]) if cluster else None
    return (service, match["id"]) if service else None


def _rollout(arn: str, caller: Caller) -> tuple[Service, Rollout] | None:
    named = _service(arn, "service-deployment", caller)
    for rollout in named[0].rollouts if named else ():
        if named and service_view.rollout_arn(named[0], rollout) == arn:
            return named[0], rollout
    return None


def _revision(arn: str, caller: Caller) -> tuple[Service, Revision, dict[str, str]] | None:
    named = _service(arn, "service-revision", caller)
    if named is None:
        return None
    service, number = named
    for rollout in service.rollouts:
        if rollout.deployment.revision.number == number:
            revision = rollout.deployment.revision
            return service, revision, revision.digests
    return None
