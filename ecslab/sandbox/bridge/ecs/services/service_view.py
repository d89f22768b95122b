"""Services, their deployments and revisions, in the shapes of the API."""

from collections.abc import Iterable, Mapping
from typing import Final

from ecslab.sandbox.bridge.ecs.tasks.task_order import PLATFORM_VERSION
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.revision import Revision
from ecslab.sandbox.world.service.rollout import Counts, Rollout
from ecslab.sandbox.world.service.service import Service

__all__ = ["brief", "revision", "revision_arn", "rollout", "rollout_arn", "view"]

_KINDS: Final = ("launchType", "capacityProviderStrategy", "platformFamily", "networkConfiguration")


def view(service: Service, include: Iterable[str] = ()) -> dict[str, object]:
    """API_Service; tags if `include` has TAGS."""
    seen: dict[str, object] = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        **service.settings,
        "serviceRegistries": [],
        "status": service.status,
        "desiredCount": service.desired,
        "runningCount": service.running,
        "pendingCount": service.pending,
        "deployments": [_deployment(service, one) for one in service.deployments],
        "events": [
            {"id": event.id, "createdAt": round(event.created_at, 3), "message": event.message}
            for event in service.log.events
        ],
        "createdAt": round(service.created_at, 3),
        "placementConstraints": service.revision.spec["asked"].get("placementConstraints", []),
        "placementStrategy": service.revision.spec["asked"].get("placementStrategy", []),
        **service.revision.spec["shown"],
    }
    if service.rollouts and service.status == "ACTIVE":
        seen["currentServiceDeployment"] = rollout_arn(service, service.rollouts[0])
        seen["currentServiceRevisions"] = [
            _summary(service, Counts(one.revision, _asked(service, one), one.running, one.pending))
            for one in service.deployments
        ]
    if "TAGS" in include:
        seen["tags"] = [dict(tag) for tag in service.tags]
    return seen


def _deployment(service: Service, deployment: Deployment) -> dict[str, object]:
    shown = deployment.revision.spec["shown"]
    seen = {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": shown["taskDefinition"],
        "desiredCount": _asked(service, deployment),
        "pendingCount": deployment.pending,
        "runningCount": deployment.running,
        "failedTasks": deployment.failed_tasks,
        "createdAt": round(deployment.created_at, 3),
        "updatedAt": round(deployment.updated_at, 3),
        **{member: shown[member] for member in _KINDS if member in shown},
        "rolloutState": deployment.rollout_state,
        "rolloutStateReason": deployment.rollout_reason,
    }
    if deployment.revision.fargate:
        seen["platformVersion"] = _resolved(shown)
    return seen


def _asked(service: Service, deployment: Deployment) -> int:
    """The desired count of a deployment; an older one is asked for what it still has."""
    return service.desired if deployment is service.primary else deployment.live


def _resolved(shown: Mapping[str, str]) -> str:
    """The platform version that LATEST stands for."""
    version = shown["platformVersion"]
    return PLATFORM_VERSION if version == "LATEST" else version


# service deployments and revisions


def rollout_arn(service: Service, one: Rollout) -> str:
    """ARN of a service deployment."""
    return f"{_prefix(service, 'service-deployment')}/{one.id}"


def revision_arn(service: Service, one: Revision) -> str:
    """ARN of a service revision."""
    return f"{_prefix(service, 'service-revision')}/{one.number}"


def _prefix(service: Service, kind: str) -> str:
    return service.arn.replace(":service/", f":{kind}/", 1)


def _summary(service: Service, counts: Counts) -> dict[str, object]:
    return {
        "arn": revision_arn(service, counts.revision),
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
    }


def brief(service: Service, one: Rollout) -> dict[str, object]:
    """API_ServiceDeploymentBrief."""
    seen = {
        "serviceDeploymentArn": rollout_arn(service, one),
        "serviceArn": service.arn,
        "clusterArn": service.settings["clusterArn"],
        "targetServiceRevisionArn": revision_arn(service, one.deployment.revision),
        "status": one.status,
        **_times(one, ("created_at", "started_at", "finished_at")),
    }
    return seen | ({"statusReason": one.reason} if one.reason else {})


def rollout(service: Service, one: Rollout) -> dict[str, object]:
    """API_ServiceDeployment."""
    deployment, breaker = one.deployment, service.breaker
    now = Counts(deployment.revision, service.desired, deployment.running, deployment.pending)
    watching = "MONITORING_COMPLETE" if one.ended else "MONITORING"
    seen = brief(service, one)
    del seen["targetServiceRevisionArn"]
    seen |= {
        **_times(one, ("stopped_at", "updated_at")),
        "sourceServiceRevisions": [_summary(service, counts) for counts in one.sources],
        "targetServiceRevision": _summary(service, one.final or now),
        "deploymentConfiguration": service.settings["deploymentConfiguration"],
        "deploymentCircuitBreaker": {
            "status": ("TRIGGERED" if one.triggered else watching) if breaker.enabled else "DISABLED",
            "failureCount": one.failures if one.ended else deployment.failed_tasks,
            "threshold": breaker.threshold(service.desired),
        },
        "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
    }
    if one.rollback:
        reason, at, to = one.rollback
        arn = revision_arn(service, to)
        seen["rollback"] = {"reason": reason, "startedAt": round(at, 3), "serviceRevisionArn": arn}
    return seen


def _times(one: Rollout, names: Iterable[str]) -> dict[str, float]:
    """`created_at` as `createdAt`, and so on; what has not come yet is left out."""
    moments = {name: getattr(one, name) for name in names}
    return {
        name.replace("_at", "At"): round(moment, 3) for name, moment in moments.items() if moment is not None
    }


def revision(service: Service, one: Revision, digests: dict[str, str]) -> dict[str, object]:
    """API_ServiceRevision; `digests` are those that the containers' tags were resolved to."""
    shown = one.spec["shown"]
    containers = one.spec["images"]
    seen = {
        "serviceRevisionArn": revision_arn(service, one),
        "serviceArn": service.arn,
        "clusterArn": service.settings["clusterArn"],
        **shown,
        "containerImages": [
            {"containerName": name, "image": image}
            | ({"imageDigest": digests[name]} if name in digests else {})
            for name, image in containers.items()
        ],
        "guardDutyEnabled": False,
        "createdAt": round(one.created_at, 3),
    }
    if one.fargate:
        seen["platformVersion"] = _resolved(shown)
    return seen
