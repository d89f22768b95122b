"""Clusters: names under which tasks run.

API operations CreateCluster, DescribeClusters, ListClusters, UpdateCluster, UpdateClusterSettings,
PutClusterCapacityProviders and DeleteCluster. A deleted cluster stays describable as INACTIVE.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import account_settings, capacity_providers, connect_defaults, state
from ecslab.sandbox.bridge.ecs.capacity import association
from ecslab.sandbox.bridge.ecs.managed_instances import known as known_providers
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, checked_tags, missing, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service.deployment import Revision

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

DEFAULT: Final = "default"
NAME: Final = re.compile(r"[a-zA-Z0-9\-_]{1,255}")
_STATISTICS: Final = (  # as recorded; the API reference writes some of them otherwise
    "runningEC2TasksCount", "runningFargateTasksCount", "pendingEC2TasksCount", "pendingFargateTasksCount",
    "runningExternalTasksCount", "pendingExternalTasksCount", "runningManagedInstancesTasksCount",
    "pendingManagedInstancesTasksCount", "activeEC2ServiceCount", "activeFargateServiceCount",
    "drainingEC2ServiceCount", "drainingFargateServiceCount", "activeExternalServiceCount",
    "drainingExternalServiceCount", "activeManagedInstancesServiceCount",
    "drainingManagedInstancesServiceCount",
)  # fmt: skip
_ON_INSTANCES: Final = {
    "EC2": "EC2", "External": "EXTERNAL", "ManagedInstances": "MANAGED_INSTANCES"
}  # fmt: skip
_CREATED: Final = ("SETTINGS", "CONFIGURATIONS", "TAGS")
_CHANGED: Final = ("ATTACHMENTS", "SETTINGS", "CONFIGURATIONS")
"""What CreateCluster shows, and what operations on a cluster that is there show: no tags."""
_GIVEN: Final = ("settings", "configuration", "tags", "capacityProviders", "defaultCapacityProviderStrategy")
"""What a cluster is created with."""


def find(caller: Caller, identifier: str | None) -> Cluster:
    """The ACTIVE cluster with this name or ARN (without one: `default`), or ClusterNotFoundException."""
    cluster = known(caller, identifier or DEFAULT)
    if cluster is None:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    if cluster.status != "ACTIVE":
        raise AwsError("ClusterNotFoundException", "The referenced cluster was inactive.")
    return cluster


def known(caller: Caller, identifier: str) -> Cluster | None:
    """The cluster with this name or ARN, INACTIVE ones too; AwsError for what is no identifier of one."""
    if identifier.startswith("arn:") and identifier.partition("/")[2].count("/"):
        raise invalid("Invalid identifier: Unexpected number of separators")
    name = name_in("cluster", identifier, caller)
    return state.of(caller.region).clusters.get(name) if name is not None else None


def create_cluster(params: "api.CreateClusterRequestTypeDef", caller: Caller) -> Answer:
    name = params.get("clusterName", DEFAULT)
    if not NAME.fullmatch(name):  # U: the sentence is CloudFormation's
        raise invalid(r"ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$")
    connect_defaults.check(params.get("serviceConnectDefaults"), caller)
    _check_logging(params.get("configuration"))
    asked = Cluster(name, caller.ecs_arn(f"cluster/{name}"), tags=checked_tags(params.get("tags")))
    asked.settings = _settings(params.get("settings"), caller)
    asked.configuration = params.get("configuration")
    strategy = params.get("defaultCapacityProviderStrategy", [])
    capacity_providers.associate(asked, params.get("capacityProviders", []), strategy, caller)
    answer, known = _view(asked, _CREATED), state.of(caller.region).clusters
    asked.created = {member: answer[member] for member in _GIVEN if member in answer}
    if name in known and known[name].status == "ACTIVE":
        given = {member for member, value in params.items() if value}
        return _counted({"cluster": _same(known[name], asked, given)}, caller)
    roles.ensure_service_linked_role()
    known.pop(name, None)
    known[name] = asked
    capacity_providers.connect(asked, (), caller)
    connect_defaults.apply(asked, params.get("serviceConnectDefaults"), caller)
    if asked.connect_namespace:
        answer = _view(asked, (*_CREATED, "ATTACHMENTS"))
    return _counted({"cluster": answer}, caller)


def _same(cluster: Cluster, asked: Cluster, given: set[str]) -> dict[str, object]:
    """CreateCluster again is no error, unless it asks for something else than it did the first time.

    What changed since does not count and is not shown: the answer is that of the first time.
    """
    if any(asked.created.get(member) != cluster.created.get(member) for member in given.intersection(_GIVEN)):
        raise invalid(
            "Arguments on this idempotent request are inconsistent with arguments used in previous "
            "request(s)."
        )
    return _view(cluster, ()) | cluster.created


def _counted(answer: dict[str, object], caller: Caller) -> Answer:
    """With the member that AWS's model does not have (U: what it counts)."""
    clusters = state.of(caller.region).clusters.values()
    return answer | {"clusterCount": sum(cluster.status == "ACTIVE" for cluster in clusters)}


def describe_clusters(params: "api.DescribeClustersRequestTypeDef", caller: Caller) -> Answer:
    wanted = params.get("clusters") or [DEFAULT]
    at_most("clusters", wanted)
    clusters, failures = [], []
    for identifier in dict.fromkeys(wanted):
        cluster = known(caller, identifier)
        if cluster:
            clusters.append(_view(cluster, params.get("include", [])))
        else:
            failures.append(missing("cluster", identifier, caller))
    return {"clusters": clusters, "failures": failures}


def list_clusters(params: "api.ListClustersRequestTypeDef", caller: Caller) -> Answer:
    known = state.of(caller.region).clusters.values()
    return page("clusterArns", [cluster.arn for cluster in known if cluster.status == "ACTIVE"], params)


def update_cluster(params: "api.UpdateClusterRequestTypeDef", caller: Caller) -> Answer:
    cluster = _changeable(caller, params["cluster"])
    connect_defaults.check(params.get("serviceConnectDefaults"), caller)
    if "settings" in params:
        cluster.settings = _settings(params["settings"], caller)
    if "configuration" in params:
        _check_logging(params["configuration"])
        cluster.configuration = params["configuration"]
    connect_defaults.apply(cluster, params.get("serviceConnectDefaults"), caller)
    return {"cluster": _view(cluster, _CHANGED)}


def _changeable(caller: Caller, identifier: str) -> Cluster:
    """The cluster that a request is to change; one that is INACTIVE cannot be."""
    cluster = known(caller, identifier)
    if cluster is not None and cluster.status != "ACTIVE":
        raise AwsError("ClientException", "Cluster was not ACTIVE.")
    return find(caller, identifier)


def put_cluster_capacity_providers(
    params: "api.PutClusterCapacityProvidersRequestTypeDef", caller: Caller
) -> Answer:
    cluster = _changeable(caller, params["cluster"])
    strategy, before = params["defaultCapacityProviderStrategy"], list(cluster.capacity_providers)
    capacity_providers.associate(cluster, params["capacityProviders"], strategy, caller)
    capacity_providers.connect(cluster, before, caller)
    return {"cluster": _view(cluster, _CHANGED)}


def delete_cluster(params: "api.DeleteClusterRequestTypeDef", caller: Caller) -> Answer:
    cluster = known(caller, params["cluster"])
    if cluster is None:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    if _services(cluster, "ACTIVE"):  # recorded: one that is DRAINING does not hold it. U: before tasks
        raise AwsError(
            "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
        )
    if cluster.placement and cluster.placement.instances:  # U: before tasks
        raise AwsError(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        )
    if any(known_providers.providers_of(caller.region, cluster)):  # U: the sentence, and its place
        raise AwsError(
            "ClusterContainsCapacityProviderException",
            "The Cluster cannot be deleted while Capacity Providers are associated with it.",
        )
    if any(task.last_status != "STOPPED" for task in cluster.tasks.values()):
        raise AwsError(
            "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
        )
    cluster.status = "INACTIVE"
    association.disconnect(caller.region, cluster.capacity_providers)
    return _counted({"cluster": _view(cluster, ["SETTINGS", "CONFIGURATIONS"])}, caller)


def _settings(given: "Sequence[api.ClusterSettingTypeDef] | None", caller: Caller) -> list[dict[str, str]]:
    """Container Insights, the one setting a cluster has; by default as the account's setting says."""
    values = {"containerInsights": account_settings.effective(caller, "containerInsights")}
    for setting in given or []:
        name, value = setting.get("name"), setting.get("value")
        if name != "containerInsights":
            raise invalid("Invalid setting 'name'")  # U: after the next
        if value not in ("disabled", "enabled", "enhanced"):
            raise invalid("Invalid setting 'value'")
        values["containerInsights"] = value
    return [{"name": name, "value": value} for name, value in values.items()]


def _check_logging(configuration: "api.ClusterConfigurationTypeDef | None") -> None:
    """What is logged of ExecuteCommand goes where the container's log goes, unless it is overridden."""
    command = (configuration or {}).get("executeCommandConfiguration", {})
    logs = command.get("logConfiguration", {})
    overridden = command.get("logging", "DEFAULT") == "OVERRIDE"
    if logs and not overridden:
        raise invalid("You must set logging to 'OVERRIDE' when you supply a log configuration.")
    if overridden and not (logs.get("cloudWatchLogGroupName") or logs.get("s3BucketName")):
        raise invalid(
            "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log "
            "configuration."
        )


def _view(cluster: Cluster, include: Sequence[str]) -> dict[str, object]:
    """The Cluster shape; what `include` does not name is an empty list, as AWS shows it."""
    now = current_account().clock.now
    seen: dict[str, object] = {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": connect_defaults.shown_status(cluster),
        "registeredContainerInstancesCount": _instances(cluster),
        "runningTasksCount": cluster.running.sampled(now),
        "pendingTasksCount": cluster.pending.sampled(now),
        "activeServicesCount": _services(cluster, "ACTIVE"),
        "statistics": _statistics(cluster) if "STATISTICS" in include else [],
        "tags": list(cluster.tags) if "TAGS" in include else [],
        "settings": list(cluster.settings) if "SETTINGS" in include else [],
        "capacityProviders": list(cluster.capacity_providers),
        "defaultCapacityProviderStrategy": list(cluster.default_strategy),
    }
    if "CONFIGURATIONS" in include and cluster.configuration is not None:
        seen["configuration"] = cluster.configuration
    if "ATTACHMENTS" in include:
        attached = association.attachments(cluster.arn.split(":")[3], cluster)
        seen["attachments"] = [*(dict(attachment) for attachment in cluster.attachments), *attached]
        if seen["attachments"]:  # U: of capacity providers AWS takes a moment, too
            waits = seen["status"] == "PROVISIONING"
            seen["attachmentsStatus"] = "UPDATE_IN_PROGRESS" if waits else "UPDATE_COMPLETE"
    if cluster.connect_namespace:
        seen["serviceConnectDefaults"] = {"namespace": cluster.connect_namespace}
    return seen


def _instances(cluster: Cluster) -> int:
    """Container instances that are ACTIVE or DRAINING."""
    instances = cluster.placement.instances.values() if cluster.placement else ()
    return sum(instance.status in ("ACTIVE", "DRAINING") for instance in instances)


def _services(cluster: Cluster, status: str, kind: str = "") -> int:
    """Services with this status; `kind`: on EC2, managed or external instances, or on Fargate alone."""
    services = [service for service in cluster.services.values() if service.status == status]
    return sum(not kind or _kind(service.primary.revision) == kind for service in services)


def _kind(revision: Revision) -> str:
    if revision.fargate:
        return "Fargate"
    strategy = revision.spec["strategy"]
    if strategy and known_providers.is_managed(revision.spec["region"], strategy[0]["capacityProvider"]):
        return "ManagedInstances"
    return "External" if revision.spec["shown"].get("launchType") == "EXTERNAL" else "EC2"


def _statistics(cluster: Cluster) -> list[dict[str, str]]:
    now = current_account().clock.now
    on_instances = [task for task in cluster.tasks.values() if task.instance]
    counts = {}
    for kind, launch_type in _ON_INSTANCES.items():
        statuses = [task.last_status for task in on_instances if task.settings["launchType"] == launch_type]
        counts[f"running{kind}TasksCount"] = sum(status == "RUNNING" for status in statuses)
        counts[f"pending{kind}TasksCount"] = sum(status in ("PENDING", "ACTIVATING") for status in statuses)
    running = sum(count for name, count in counts.items() if name.startswith("running"))
    pending = sum(count for name, count in counts.items() if name.startswith("pending"))
    counts |= {
        "runningFargateTasksCount": max(cluster.running.sampled(now) - running, 0),
        "pendingFargateTasksCount": max(cluster.pending.sampled(now) - pending, 0),
        **{f"{status.lower()}{kind}ServiceCount": _services(cluster, status, kind)
           for status in ("ACTIVE", "DRAINING") for kind in (*_ON_INSTANCES, "Fargate")},
    }  # fmt: skip
    return [{"name": name, "value": str(counts.get(name, 0))} for name in _STATISTICS]
