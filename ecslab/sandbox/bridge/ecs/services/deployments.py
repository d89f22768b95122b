"""Service deployments and revisions: what each deployment was for, and how it ended.

API operations ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions and
StopServiceDeployment.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import clusters, state
from ecslab.sandbox.bridge.ecs.creation_window import created_within
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter, service_view
from ecslab.sandbox.bridge.ecs.shapes import Answer, failure, page
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
_KINDS: Final = {
    "service-deployment": ("ServiceDeployment", "Service Deployment"),
    "service-revision": ("ServiceRevision", "Service Revision"),
}
_STOPPED: Final = "Service deployment stopped by user"
"""U."""


def list_service_deployments(params: "api.ListServiceDeploymentsRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    service = services.find(caller, cluster, params["service"])
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    wanted = params.get("status")
    after, before = created_within(params.get("createdAt"))
    rollouts = [
        service_view.rollout_brief(service, rollout) for rollout in service.rollouts
        if (not wanted or rollout.status in wanted)
        and after <= rollout.created_at <= before
    ]  # fmt: skip
    return page("serviceDeployments", rollouts, params, PAGE)


def describe_service_deployments(
    params: "api.DescribeServiceDeploymentsRequestTypeDef", caller: Caller
) -> Answer:
    arns = params["serviceDeploymentArns"]
    service = _described_service(arns, "service-deployment", caller)
    rollouts = {arn: _rollout(service, arn) for arn in arns}
    shown = [service_view.rollout_view(service, rollout) for rollout in rollouts.values() if rollout]
    return {"serviceDeployments": shown, "failures": _missing(rollouts)}


def describe_service_revisions(
    params: "api.DescribeServiceRevisionsRequestTypeDef", caller: Caller
) -> Answer:
    arns = params["serviceRevisionArns"]
    service = _described_service(arns, "service-revision", caller)
    revisions = {arn: _revision(service, arn) for arn in arns}
    shown = [service_view.revision_view(service, revision) for revision in revisions.values() if revision]
    return {"serviceRevisions": shown, "failures": _missing(revisions)}


def _missing(named: Mapping[str, object]) -> list[dict[str, str]]:
    return [failure(arn, "MISSING") for arn, resource in named.items() if not resource]


def _described_service(arns: Sequence[str], kind: str, caller: Caller) -> Service:
    """The one service whose deployments or revisions are described.

    Sentences and order are recorded for revisions; for deployments they are U.
    """
    plain, words = _KINDS[kind]
    if len(arns) > MOST:
        raise invalid(f"{words} ARN count cannot exceed {MOST}")
    if not arns or not all(arn.startswith("arn:") for arn in arns):
        raise invalid("The Service ARN provided is invalid.")
    named = [_ARN.fullmatch(arn) for arn in arns]
    matches = [match for match in named if match and match["kind"] == kind and _is_id(kind, match["id"])]
    if len(matches) < len(arns):
        raise invalid(f"The {plain} ARN is invalid.")
    if len({(match["cluster"], match["service"]) for match in matches}) > 1:
        raise invalid(
            f"Cross service requests are not allowed. All requested {words.lower()}s must be for a single "
            "service"
        )
    service = clusters.find(caller, matches[0]["cluster"]).services.get(matches[0]["service"])
    if service is None or service.status == "INACTIVE":  # U: that one that is INACTIVE is gone
        raise AwsError("ServiceNotFoundException", "Service not found.")
    return service


def _is_id(kind: str, text: str) -> bool:
    """Whether this can be the end of such an ARN: revisions have numbers, deployments what they like."""
    return kind == "service-deployment" or text.isdecimal()


def stop_service_deployment(params: "api.StopServiceDeploymentRequestTypeDef", caller: Caller) -> Answer:
    arn = params["serviceDeploymentArn"]
    service = _service(arn, caller)
    rollout = _rollout(service, arn) if service else None
    if service is None or rollout is None:
        raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")  # U
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


def _service(arn: str, caller: Caller) -> Service | None:
    """The service whose deployment this ARN names."""
    match = _ARN.fullmatch(arn)
    if not match or match["kind"] != "service-deployment":
        raise invalid("The Service ARN provided is invalid.")  # U: recorded for DescribeServiceRevisions
    cluster = state.of(caller.region).clusters.get(match["cluster"])
    return cluster.services.get(match["service"]) if cluster else None


def _rollout(service: Service, arn: str) -> Rollout | None:
    return next((each for each in service.rollouts if service_view.rollout_arn(service, each) == arn), None)


def _revision(service: Service, arn: str) -> Revision | None:
    revisions = (rollout.revision for rollout in service.rollouts)
    return next((each for each in revisions if service_view.revision_arn(service, each) == arn), None)
