"""ListDaemonDeployments, DescribeDaemonDeployments and DescribeDaemonRevisions."""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.creation_window import created_within
from ecslab.sandbox.bridge.ecs.daemons import view
from ecslab.sandbox.bridge.ecs.daemons.sentences import refused
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_DESCRIBED: Final = 20
LISTED: Final = 20
"""Deployments on a page unless the request says otherwise (API reference)."""


def list_daemon_deployments(params: "api.ListDaemonDeploymentsRequestTypeDef", caller: Caller) -> Answer:
    """The deployments of a daemon, the latest first; those too of one that has been deleted (U)."""
    arn, statuses, region = params["daemonArn"], params.get("status"), state.of(caller.region)
    listed = [each for each in region.daemon_deployments.values() if each.daemon == arn]
    if not listed:
        raise refused("not_found", code="ClientException")
    after, before = created_within(params.get("createdAt"))
    rows = [
        view.deployment_summary(each)
        for each in reversed(listed)
        if (not statuses or each.status in statuses) and after <= each.created_at <= before
    ]
    return page("daemonDeployments", rows, params, LISTED)


def describe_daemon_deployments(
    params: "api.DescribeDaemonDeploymentsRequestTypeDef", caller: Caller
) -> Answer:
    """Up to 20 deployments, and a failure for each that is not there."""
    known, wanted = state.of(caller.region).daemon_deployments, params["daemonDeploymentArns"]
    if not wanted:
        raise invalid("daemonDeploymentArns cannot be empty.")  # U
    at_most("daemonDeploymentArns", wanted, MOST_DESCRIBED)
    return {
        "daemonDeployments": [view.deployment(known[arn]) for arn in wanted if arn in known],
        "failures": [failure(arn, "MISSING") for arn in wanted if arn not in known],
    }


def describe_daemon_revisions(params: "api.DescribeDaemonRevisionsRequestTypeDef", caller: Caller) -> Answer:
    """Up to 20 revisions, and a failure for each that is not there."""
    known, wanted = state.of(caller.region).daemon_revisions, params["daemonRevisionArns"]
    if not wanted:
        raise invalid("daemonRevisionArns cannot be empty.")  # U
    at_most("daemonRevisionArns", wanted, MOST_DESCRIBED)
    return {
        "daemonRevisions": [view.revision(known[arn]) for arn in wanted if arn in known],
        "failures": [failure(arn, "MISSING") for arn in wanted if arn not in known],
    }
