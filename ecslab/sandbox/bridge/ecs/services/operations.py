"""Services: tasks kept running.

API operations CreateService, UpdateService, DeleteService, DescribeServices and ListServices. What a
request says is checked here, in `service_request` and `service_revision`; what follows is the scheduler's
doing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import clusters, state
from ecslab.sandbox.bridge.ecs.services import (
    instance_room,
    scheduler_adapter,
    service_connect,
    service_registries,
    service_request,
    service_revision,
    service_settings,
    uncarried_members,
)
from ecslab.sandbox.bridge.ecs.services.service_view import created, view
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, checked_tags, failure, page
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.servicediscovery import state as discovery
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service.deployment import Revision
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.texts import tables

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_DESCRIBED: Final = 10
PAGE: Final = 10
LONGEST_TOKEN: Final = 36
PLACES_ANEW: Final = 8
"""The behaviour from which on tasks are placed by the rules of an update that starts no deployment."""
_TRIGGERS: Final = ("taskDefinition", "networkConfiguration", "platformVersion", "loadBalancers",
                    "serviceRegistries", "serviceConnectConfiguration", "monitoring")  # fmt: skip
"""Members of UpdateService that start a deployment if they say something new (API reference)."""
_ASKED: Final = (*_TRIGGERS, "launchType", "capacityProviderStrategy", "schedulingStrategy",
                 "enableExecuteCommand", "propagateTags", "enableECSManagedTags",
                 "placementConstraints", "placementStrategy")  # fmt: skip


def find(caller: Caller, cluster: Cluster, identifier: str) -> Service | None:
    """The service with this name or ARN in a cluster, whatever its status."""
    if not identifier.startswith("arn:"):
        return cluster.services.get(identifier)
    name = identifier.rpartition("/")[2]
    arns = (caller.ecs_arn(f"service/{cluster.name}/{name}"), caller.ecs_arn(f"service/{name}"))
    return cluster.services.get(name) if identifier in arns else None


def create_service(params: "api.CreateServiceRequestTypeDef", caller: Caller) -> Answer:
    name = params["serviceName"]
    service_request.check_name(name)
    _check_token(params.get("clientToken", ""))
    service_request.check_definition(caller, params)
    cluster = clusters.find(caller, params.get("cluster"))
    digest = json.dumps({**params, "cluster": cluster.name, "tags": None}, sort_keys=True)
    known = cluster.services.get(name)
    if known is not None and known.status == "DRAINING":
        raise invalid("Unable to Start a service that is still Draining.")
    if known is not None and known.status == "ACTIVE":
        if known.request != digest:
            raise invalid("Creation of service was not idempotent.")
        return {"service": created(known)}  # as it was made: other tags are no other service
    uncarried_members.refuse_uncarried(params)
    daemon = params.get("schedulingStrategy") == "DAEMON"
    revision, desired = service_revision.first_revision(caller, cluster, params, _described(params))
    arn, now = caller.ecs_arn(f"service/{cluster.name}/{name}"), current_account().clock.timestamp()
    service = Service(name, arn, cluster.name, now, desired, _first_settings(cluster, caller, daemon))
    service.daemon, service.request = daemon, digest
    service_settings.configure(service, params, _described(params))
    service.tags = checked_tags(params.get("tags"))
    roles.ensure_service_linked_role()
    cluster.services.pop(name, None)
    cluster.services[name] = service
    service_connect.establish(service, revision)
    scheduler_adapter.services().scheduler.deploy(service, revision)
    return {"service": created(service)}


def _check_token(token: str) -> None:
    if len(token) > LONGEST_TOKEN:
        raise invalid(f"idempotency token longer than {LONGEST_TOKEN}.")


def _described(params: Mapping[str, object]) -> "api.CreateServiceRequestTypeDef":
    """What of a request describes tasks."""
    described = {member: params[member] for member in _ASKED if member in params}
    return cast("api.CreateServiceRequestTypeDef", described)


def _first_settings(cluster: Cluster, caller: Caller, daemon: bool) -> "api.ServiceTypeDef":
    """What a service has that says nothing else."""
    settings = tables(str(Path(__file__).with_name("default_settings")))
    if daemon:
        settings["deploymentConfiguration"] |= {"minimumHealthyPercent": 0, "maximumPercent": 100}
        settings["availabilityZoneRebalancing"] = "DISABLED"
    own = {
        "clusterArn": cluster.arn,
        "createdBy": caller.arn,
        "schedulingStrategy": "DAEMON" if daemon else "REPLICA",
    }
    return cast("api.ServiceTypeDef", {**own, **settings})


def update_service(params: "api.UpdateServiceRequestTypeDef", caller: Caller) -> Answer:
    service_request.check_definition(caller, params)  # U: recorded for CreateService, before its cluster
    cluster = clusters.find(caller, params.get("cluster"))
    service = find(caller, cluster, params["service"])
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    if service.status != "ACTIVE":
        raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
    uncarried_members.refuse_uncarried(params)
    given = params.get("desiredCount")
    desired = service.desired
    if given is not None:
        desired = service_request.check_desired(given, service.daemon, "Task count")
    asked = service.asked | _described(params)
    service_request.check_update(caller, cluster, service.revision, params)
    if service.daemon and current_account().behaviour >= scheduler_adapter.DAEMONS:
        service_request.check_daemon(params)
    revision = _next_revision(caller, cluster, service, params, asked)
    service_registries.check_count((revision or service.revision).registry, desired)
    exec_enabled = params.get("enableExecuteCommand", service.settings["enableExecuteCommand"])
    service_request.check_exec(revision or service.revision, exec_enabled, "updated")
    service_settings.configure(service, params, service.revision.spec["asked"] | asked)
    service.asked, service.desired = asked, desired
    if revision:
        service.asked = {}
        service_connect.establish(service, revision)
        scheduler_adapter.services().scheduler.deploy(service, revision)
    else:
        if current_account().behaviour >= PLACES_ANEW:
            instance_room.place_by(service, params)
        scheduler_adapter.services().scheduler.apply_update(service)
    return {"service": view(service)}


def _next_revision(
    caller: Caller,
    cluster: Cluster,
    service: Service,
    params: "api.UpdateServiceRequestTypeDef",
    asked: Mapping[str, object],
) -> Revision | None:
    """The revision to deploy; None if nothing that starts a deployment is new, and it is not forced."""
    forced = params.get("forceNewDeployment", False)
    if not forced and not any(member in params for member in _TRIGGERS):
        return None
    described = service.revision.spec["asked"] | asked
    if "capacityProviderStrategy" in asked:
        described.pop("launchType", None)
    revision = service_revision.revision(caller, cluster, described, service.name)
    before, after = ({**each.spec["shown"], **each.spec["kept"]} for each in (service.revision, revision))
    return revision if forced or after != before else None


def delete_service(params: "api.DeleteServiceRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    service = find(caller, cluster, params["service"])
    if service is None or service.status == "INACTIVE":  # U: that one that is INACTIVE is gone
        raise AwsError("ServiceNotFoundException", "")  # recorded: without a word
    if service.status == "ACTIVE":
        if service.desired > 0 and not service.daemon and not params.get("force"):
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        registry = scheduler_adapter.services()
        for listener in registry.deleted_listeners:
            listener(service)
        registry.scheduler.retire(service)
        service_connect.forget_endpoints(service, caller.region)
    return {"service": view(service)}


def describe_services(params: "api.DescribeServicesRequestTypeDef", caller: Caller) -> Answer:
    cluster, wanted = clusters.find(caller, params.get("cluster")), params["services"]
    if not wanted:
        raise invalid("Services cannot be empty.")  # U
    at_most("services", wanted, MOST_DESCRIBED)
    services, failures = [], []
    for identifier in dict.fromkeys(wanted):
        service = find(caller, cluster, identifier)
        if service:
            services.append(view(service, params.get("include", [])))
        else:
            arn = caller.ecs_arn(f"service/{cluster.name}/{identifier}")
            failures.append(failure(identifier if identifier.startswith("arn:") else arn, "MISSING"))
    return {"services": services, "failures": failures}


def list_services(params: "api.ListServicesRequestTypeDef", caller: Caller) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    arns = [
        service.arn for service in cluster.services.values()
        if service.status == "ACTIVE" and _matches(service, params)
    ]  # fmt: skip
    return page("serviceArns", arns, params, PAGE)


def _matches(service: Service, params: "api.ListServicesRequestTypeDef") -> bool:
    shown = {**service.settings, **service.revision.spec["shown"]}
    filters = ("launchType", "schedulingStrategy", "resourceManagementType")
    return all(shown.get(name) == value for name, value in params.items() if name in filters and value)


def list_services_by_namespace(params: "api.ListServicesByNamespaceRequestTypeDef", caller: Caller) -> Answer:
    """The services of all clusters that a namespace of Service Connect connects."""
    namespace = discovery.namespace_named(caller.region, params["namespace"])
    if namespace is None:
        sentence = f"Failed to retrieve namespace for {params['namespace']}"  # U: recorded for CreateService
        raise AwsError("NamespaceNotFoundException", sentence)
    clusters_here = state.of(caller.region).clusters.values()
    services = (service for cluster in clusters_here for service in cluster.services.values())
    arns = [
        service.arn for service in services
        if service.status != "INACTIVE" and service.revision.connect
        and service.revision.connect.namespace == namespace.arn
    ]  # fmt: skip
    return page("serviceArns", arns, params)
