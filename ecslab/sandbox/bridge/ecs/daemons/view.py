"""What the API shows of daemons, their revisions and their deployments.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonDetail.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonDeployment.html
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.bridge.ecs import hosted_daemons, state
from ecslab.sandbox.bridge.ecs.managed_instances import fleet
from ecslab.sandbox.bridge.ecs.shapes import times
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonRevision
from ecslab.sandbox.world.daemon.deployment import Configuration, Deployment

Shown = dict[str, object]
Counts = Counter[tuple[str, str]]
"""Instances by capacity provider and by what they are: `running`, `without` or `draining`."""
RUNNING: Final = {"running": "runningCount", "without": "withoutDaemonCount"}
"""Members of DaemonRevisionDetail, and of its capacity providers."""
DEPLOYED: Final = {
    "running": "runningInstanceCount",
    "without": "withoutDaemonInstanceCount",
    "draining": "drainingInstanceCount",
}
"""Members of DaemonDeploymentRevisionDetail, and of its capacity providers."""


def summary(daemon: Daemon) -> Shown:
    """DaemonSummary."""
    moments = times(daemon, ("created_at", "updated_at"))
    return {"daemonArn": daemon.arn, "status": daemon.status, **moments}


def changed(daemon: Daemon) -> Shown:
    """What CreateDaemon, UpdateDaemon and DeleteDaemon answer."""
    return {**summary(daemon), "deploymentArn": daemon.deployment.arn}


def detail(daemon: Daemon) -> Shown:
    """DaemonDetail."""
    cluster = state.of(daemon.region).clusters[daemon.cluster]
    return {
        **changed(daemon),
        "clusterArn": cluster.arn,
        "currentRevisions": [_shown(daemon, each, RUNNING) for each in current(daemon)],
    }


def current(daemon: Daemon) -> list[DaemonRevision]:
    """The target, and the revisions that instances still have."""
    hosted = {managed.daemons[daemon.arn].revision.arn: managed.daemons[daemon.arn].revision
             for managed in hosted_daemons.hosting(daemon.region, daemon)}  # fmt: skip
    target = {daemon.target.arn: daemon.target} if daemon.target else {}
    return list((target | hosted).values())


def _counts(daemon: Daemon, revision: DaemonRevision) -> Counts:
    counts: Counts = Counter()
    for managed in hosted_daemons.hosting(daemon.region, daemon):
        hosted, instance = managed.daemons[daemon.arn], fleet.container_instance(managed)
        if hosted.revision is not revision or instance is None:
            continue
        counts[managed.provider, "running"] += hosted.ready
        counts[managed.provider, "without"] += hosted.lost and instance.status == "ACTIVE"
        counts[managed.provider, "draining"] += instance.status == "DRAINING"
    return counts


def _providers(daemon: Daemon, revision: DaemonRevision, counts: Counts) -> dict[str, str]:
    """ARNs by name of the capacity providers that a revision is, or is to be, on."""
    names = daemon.providers if revision is daemon.target else []
    known_providers = state.of(daemon.region).managed_providers
    return {
        name: known_providers[name].arn for name in dict.fromkeys([*names, *(each for each, _ in counts)])
    }


def _shown(daemon: Daemon, revision: DaemonRevision, names: Mapping[str, str]) -> Shown:
    """A revision with what its instances count, of each capacity provider and altogether.

    Args:
        names: what the counts of `running`, `without` and `draining` are called.
    """
    counts = _counts(daemon, revision)
    providers = _providers(daemon, revision, counts)
    totals = {f"total{name[0].upper()}{name[1:]}": sum(counts[each, kind] for each in providers)
              for kind, name in names.items()}  # fmt: skip
    return {
        "arn": revision.arn,
        "capacityProviders": [
            {"arn": arn, **{name: counts[each, kind] for kind, name in names.items()}}
            for each, arn in providers.items()
        ],
        **totals,
    }


def reached(daemon: Daemon, deployment: Deployment) -> Shown:
    """How far a deployment has come: its target and its sources with their instances."""
    target = deployment.target
    return {
        **({"targetDaemonRevision": _shown(daemon, target, DEPLOYED)} if target else {}),
        "sourceDaemonRevisions": [_shown(daemon, each, DEPLOYED) for each in deployment.sources],
    }


def revision(shown: DaemonRevision) -> Shown:
    """DaemonRevision."""
    settings, containers = shown.settings, shown.definition.task["containerDefinitions"]
    return {
        "daemonRevisionArn": shown.arn,
        "clusterArn": shown.cluster,
        "daemonArn": shown.daemon,
        "daemonTaskDefinitionArn": shown.definition.arn,
        **times(shown, ("created_at",)),
        "containerImages": [
            {"containerName": each["name"], "image": each["image"]}
            | ({"imageDigest": shown.digests[each["name"]]} if each["name"] in shown.digests else {})
            for each in containers
        ],
        "propagateTags": settings.propagates,
        "enableECSManagedTags": settings.managed_tags,
        "enableExecuteCommand": settings.executes,
        "critical": settings.critical,
    }


def deployment_summary(shown: Deployment) -> Shown:
    """DaemonDeploymentSummary."""
    return {
        "daemonDeploymentArn": shown.arn,
        "daemonArn": shown.daemon,
        "clusterArn": shown.cluster,
        "status": shown.status,
        **({"statusReason": shown.reason} if shown.reason else {}),
        **({"targetDaemonRevisionArn": shown.target.arn} if shown.target else {}),
        **times(shown, ("created_at", "started_at", "stopped_at", "finished_at")),
    }


def deployment(shown: Deployment) -> Shown:
    """DaemonDeployment."""
    region = state.of(shown.daemon.split(":")[3])
    daemon = region.daemons.get(shown.daemon)
    view = {name: value for name, value in deployment_summary(shown).items()
            if name not in ("daemonArn", "targetDaemonRevisionArn")}  # fmt: skip
    if shown.final is None and daemon:
        view |= reached(daemon, shown)
    else:
        view |= shown.final or {}
    if shown.rollback:
        reason, at, revision = shown.rollback
        view["rollback"] = {
            "reason": reason,
            "startedAt": round(at, 3),
            "rollbackTargetDaemonRevisionArn": revision.arn,
            "rollbackCapacityProviders": [region.managed_providers[name].arn for name in shown.providers],
        }
    return {**view, **_monitors(shown), "deploymentConfiguration": _configuration(shown.configuration)}


def _monitors(shown: Deployment) -> Shown:
    """The circuit breaker and the alarms; U: that neither looks at a deletion."""
    over = shown.ended or shown.status == "ROLLBACK_IN_PROGRESS"
    watching = "MONITORING_COMPLETE" if over else "MONITORING"
    breaker = "TRIGGERED" if shown.tripped else watching if shown.target else "DISABLED"
    alarms = "TRIGGERED" if shown.triggered else watching if shown.configuration.watches else "DISABLED"
    return {
        "circuitBreaker": {"failureCount": shown.failures, "status": breaker, "threshold": shown.threshold},
        "alarms": {
            "status": alarms,
            "alarmNames": list(shown.configuration.alarms),
            "triggeredAlarmNames": list(shown.triggered),
        },
    }


def _configuration(given: Configuration) -> Shown:
    return {
        "drainPercent": given.drain_percent,
        "bakeTimeInMinutes": given.bake_minutes,
        "alarms": {"alarmNames": list(given.alarms), "enable": given.watches},
    }
