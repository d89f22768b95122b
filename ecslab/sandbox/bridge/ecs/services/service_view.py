"""Services, their deployments and revisions, in the shapes of the API."""

from collections.abc import Iterable, Mapping
from typing import Final

from ecslab.sandbox.bridge.ecs.services import service_connect
from ecslab.sandbox.bridge.ecs.shapes import times
from ecslab.sandbox.bridge.ecs.tasks.platform_versions import newest
from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.rollout import Counts, Rollout
from ecslab.sandbox.world.service.service import Service

LINKED_ROLE: Final = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
_KINDS: Final = ("launchType", "capacityProviderStrategy", "platformFamily", "networkConfiguration")


def view(service: Service, include: Iterable[str] = ()) -> dict[str, object]:
    """API_Service; tags if `include` has TAGS."""
    asked = service.revision.spec["asked"]
    shown: dict[str, object] = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        **service.settings,
        "status": service.status,
        "desiredCount": service.desired,
        "runningCount": service.running,
        "pendingCount": service.shown_pending,
        "deployments": [_deployment(service, deployment) for deployment in service.deployments],
        "events": [
            {"id": event.id, "createdAt": round(event.created_at, 3), "message": event.message}
            for event in service.log.events
        ],
        "createdAt": round(service.created_at, 3),
        "currentServiceRevisions": [
            _summary(service, _counts(service, deployment)) for deployment in service.deployments
        ],
        "placementConstraints": asked.get("placementConstraints", []),
        "placementStrategy": asked.get("placementStrategy", []),
        **service.revision.spec["shown"],
    }
    shown |= _linked_role(service)
    if service.rollouts[0].listed:
        shown["currentServiceDeployment"] = rollout_arn(service, service.rollouts[0])
    if "TAGS" in include:
        shown["tags"] = [dict(tag) for tag in service.tags]
    return shown


def created(service: Service) -> dict[str, object]:
    """API_Service as CreateService answers: its tags too, if it has any."""
    return view(service, ["TAGS"] if service.tags else [])


def _linked_role(service: Service) -> dict[str, object]:
    """The role by which ECS attaches interfaces and registers targets; what needs neither shows none."""
    shown = service.revision.spec["shown"]
    if "networkConfiguration" not in shown and not shown["loadBalancers"]:  # U: that targets alone show it
        return {}
    account = service.arn.split(":")[4]
    return {"roleArn": f"arn:aws:iam::{account}:role/{LINKED_ROLE}"}


def _deployment(service: Service, deployment: Deployment) -> dict[str, object]:
    shown = deployment.revision.spec["shown"]
    seen = {
        "id": deployment.id,
        "status": _status(service, deployment),
        "taskDefinition": shown["taskDefinition"],
        "desiredCount": _asked(service, deployment),
        "pendingCount": deployment.shown_pending,
        "runningCount": deployment.running,
        "failedTasks": deployment.failed_tasks,
        "createdAt": round(deployment.created_at, 3),
        "updatedAt": round(deployment.updated_at, 3),
        **{member: shown[member] for member in _KINDS if member in shown},
        **service_connect.resources(deployment.revision),
        "rolloutState": deployment.rollout_state,
        "rolloutStateReason": deployment.rollout_reason,
    }
    if deployment.revision.fargate:
        seen["platformVersion"] = _resolved(shown)
    return seen


def _status(service: Service, deployment: Deployment) -> str:
    """The older deployments of a service that is being deleted are DRAINING, as was recorded."""
    older = deployment is not service.primary
    return "DRAINING" if older and service.status == "DRAINING" else deployment.status


def _asked(service: Service, deployment: Deployment) -> int:
    """The desired count of a deployment; an older one is asked for what it still has."""
    return service.desired if deployment is service.primary else deployment.live


def _resolved(shown: Mapping[str, str]) -> str:
    """The platform version that LATEST stands for."""
    version = shown["platformVersion"]
    return newest(shown["platformFamily"]) if version == "LATEST" else version


# service deployments and revisions


def rollout_arn(service: Service, rollout: Rollout) -> str:
    """ARN of a service deployment."""
    return f"{_prefix(service, 'service-deployment')}/{rollout.id}"


def revision_arn(service: Service, revision: Revision) -> str:
    """ARN of a service revision."""
    return f"{_prefix(service, 'service-revision')}/{revision.number}"


def _prefix(service: Service, kind: str) -> str:
    return service.arn.replace(":service/", f":{kind}/", 1)


def _counts(service: Service, deployment: Deployment) -> Counts:
    requested = _asked(service, deployment)
    return Counts(deployment.revision, requested, deployment.running, deployment.shown_pending)


def _summary(service: Service, counts: Counts) -> dict[str, object]:
    return {
        "arn": revision_arn(service, counts.revision),
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
    }


def rollout_brief(service: Service, rollout: Rollout) -> dict[str, object]:
    """API_ServiceDeploymentBrief."""
    shown = {
        "serviceDeploymentArn": rollout_arn(service, rollout),
        "serviceArn": service.arn,
        "clusterArn": service.settings["clusterArn"],
        "targetServiceRevisionArn": revision_arn(service, rollout.revision),
        "status": rollout.status,
        **times(rollout, ("created_at", "started_at", "finished_at")),
    }
    return shown | ({"statusReason": rollout.reason} if rollout.reason else {})


def rollout_view(service: Service, rollout: Rollout) -> dict[str, object]:
    """API_ServiceDeployment."""
    breaker = service.breaker
    watching = "MONITORING_COMPLETE" if rollout.ended else "MONITORING"
    shown = rollout_brief(service, rollout)
    del shown["targetServiceRevisionArn"]
    shown |= {
        **times(rollout, ("stopped_at", "updated_at")),
        "sourceServiceRevisions": [_summary(service, counts) for counts in rollout.sources],
        "targetServiceRevision": _summary(service, rollout.final or rollout.reached(service.desired)),
        "deploymentConfiguration": service.settings["deploymentConfiguration"],
        "deploymentCircuitBreaker": {
            "status": ("TRIGGERED" if rollout.triggered else watching) if breaker.enabled else "DISABLED",
            "failureCount": rollout.failed_tasks,
            "threshold": breaker.threshold(service.desired),
        },
        "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
    }
    if rollout.rollback:
        reason, at, to = rollout.rollback
        arn = revision_arn(service, to)
        shown["rollback"] = {"reason": reason, "startedAt": round(at, 3), "serviceRevisionArn": arn}
    return shown


def revision_view(service: Service, revision: Revision) -> dict[str, object]:
    """API_ServiceRevision, with what the containers' tags were resolved to."""
    shown = {member: value for member, value in revision.spec["shown"].items() if value != []}
    containers, digests = revision.spec["images"], revision.digests
    shown_revision = {
        "serviceRevisionArn": revision_arn(service, revision),
        "serviceArn": service.arn,
        "clusterArn": service.settings["clusterArn"],
        **shown,
        **revision.spec["kept"],
        "containerImages": [
            {"containerName": name, "image": image}
            | ({"imageDigest": digests[name]} if name in digests else {})
            for name, image in containers.items()
        ],
        "guardDutyEnabled": False,
        "createdAt": round(revision.created_at, 3),
    }
    if revision.fargate:
        shown_revision["platformVersion"] = _resolved(shown)
    return shown_revision
