"""The service revision that a request describes: what it deploys, on what, behind which load balancers.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
"""

from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import task_definitions
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy, is_fargate
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.services import (
    instance_service_rules,
    scheduler_adapter,
    service_connect,
    service_registries,
    service_request,
)
from ecslab.sandbox.bridge.ecs.shapes import at_most
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.bridge.ecs.tasks import task_order, task_request
from ecslab.sandbox.bridge.ecs.tasks.platform_versions import platform_family
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.service.deployment import LoadBalancer, Revision

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_BALANCERS: Final = 5
"""Target groups of one service."""
METRICS: Final = ("CPUUtilization", "MemoryUtilization")
RESOLUTIONS: Final = (20, 60)
"""Seconds between two points of a service's metric."""


def first_revision(
    caller: Caller,
    cluster: Cluster,
    params: "api.CreateServiceRequestTypeDef",
    described: "api.CreateServiceRequestTypeDef",
) -> tuple[Revision, int]:
    """What a CreateService deploys, and the desired count; its network is checked first, as was recorded."""
    daemon = params.get("schedulingStrategy") == "DAEMON"
    first = revision(caller, cluster, described, params["serviceName"])
    desired = service_request.check_desired(params.get("desiredCount"), daemon)
    if daemon and (first.fargate or params.get("capacityProviderStrategy")):
        service_request.refuse_daemon_capacity(params)
    service_registries.check_count(first.registry, desired)
    service_request.check_exec(first, params.get("enableExecuteCommand", False), "created")
    return first, desired


def revision(
    caller: Caller, cluster: Cluster, params: "api.CreateServiceRequestTypeDef", name: str
) -> Revision:
    """The service revision that a request describes; AwsError, as CreateService refuses.

    `params` are members of CreateService, with those that an UpdateService leaves out filled in; `name` is
    the service's.
    """
    if not params.get("taskDefinition"):
        raise invalid("TaskDefinition can not be blank.")
    definition = task_definitions.resolve(caller, params["taskDefinition"])
    if params.get("role"):  # U
        raise invalid("You cannot specify an IAM role for services that require a service linked role.")
    fargate = _is_fargate(cluster, params)
    waits = False
    if not fargate:
        instance_service_rules.check(caller, cluster, definition, params)
        waits = _gets_nothing(params)
    asked = _run_task_parameters(cluster, params)
    order = None if waits else task_order.order(caller, asked, of_service=True)
    balancers = _balancers(caller, definition, params, fargate)
    strategy = _strategy(caller, cluster, params)
    registry = service_registries.checked(caller.region, params.get("serviceRegistries") or (), definition)
    subnets = order.network["subnets"] if order and fargate else ()
    return Revision(
        number=scheduler_adapter.digits(),
        created_at=current_account().clock.timestamp(),
        spec={"region": caller.region, "order": order, "strategy": strategy, "asked": params,
              "shown": _shown(definition, params, strategy, fargate), "kept": _kept(params),
              "task_role": bool(definition.get("taskRoleArn")),
              "images": {entry["name"]: entry["image"] for entry in definition["containerDefinitions"]}},
        zones=tuple(task_request.zone_of(caller, subnet) for subnet in subnets) or ("",),
        load_balancers=balancers,
        checked=any(_is_checked(container) for container in definition["containerDefinitions"]),
        fargate=fargate,
        registry=registry,
        connect=service_connect.checked(
            caller, cluster, name, params.get("serviceConnectConfiguration"), definition
        ),
    )  # fmt: skip


def _balancers(
    caller: Caller,
    definition: "api.TaskDefinitionTypeDef",
    params: "api.CreateServiceRequestTypeDef",
    fargate: bool,
) -> tuple[LoadBalancer, ...]:
    """Where tasks are registered as targets; AwsError if they cannot be."""
    balancers = list(params.get("loadBalancers") or ())
    at_most("loadBalancers", balancers, MOST_BALANCERS)  # U: the sentence
    if balancers:
        scheduler_adapter.load_balancing().check(caller.region, balancers, definition, fargate)
    return tuple(
        LoadBalancer(entry["targetGroupArn"], entry["containerName"], entry["containerPort"])
        for entry in balancers
        if entry.get("targetGroupArn")
    )


def _gets_nothing(params: "api.CreateServiceRequestTypeDef") -> bool:
    """Whether it is a daemon of a journal in which those got no tasks; AwsError if it cannot be one."""
    if params.get("schedulingStrategy") != "DAEMON":
        return False
    if current_account().behaviour < scheduler_adapter.DAEMONS:
        return True
    service_request.check_daemon(params)
    return False


def _run_task_parameters(
    cluster: Cluster, params: "api.CreateServiceRequestTypeDef"
) -> "api.RunTaskRequestTypeDef":
    members = (
        "taskDefinition", "launchType", "capacityProviderStrategy", "networkConfiguration", "platformVersion",
        "placementConstraints", "placementStrategy", "enableExecuteCommand",
    )  # fmt: skip
    given = {member: value for member, value in params.items() if member in members and value}
    if params.get("schedulingStrategy") == "DAEMON" and not given.get("capacityProviderStrategy"):
        given.setdefault("launchType", "EC2")  # a cluster's default strategy is not for daemons
    if params.get("propagateTags") == "TASK_DEFINITION":
        given["propagateTags"] = "TASK_DEFINITION"
    return cast("api.RunTaskRequestTypeDef", {"cluster": cluster.name, **given})


def _is_fargate(cluster: Cluster, params: "api.CreateServiceRequestTypeDef") -> bool:
    """Whether Fargate runs it: by launch type, strategy, or the cluster's default strategy."""
    launch_type = params.get("launchType")
    if launch_type == "MANAGED_INSTANCES":
        raise invalid(sentence("launch_type"))
    asks = params.get("capacityProviderStrategy") or (None if launch_type else cluster.default_strategy)
    return launch_type == "FARGATE" or (asks is not None and is_fargate(asks))


def _strategy(caller: Caller, cluster: Cluster, params: "api.CreateServiceRequestTypeDef") -> Strategy:
    """The capacity provider strategy, with weight and base filled in; none with a launch type."""
    if params.get("launchType") or params.get("schedulingStrategy") == "DAEMON":
        return []
    given = params.get("capacityProviderStrategy") or cluster.default_strategy
    return checked_strategy(given, cluster.capacity_providers, caller.region) if given else []


def _shown(
    definition: "api.TaskDefinitionTypeDef",
    params: "api.CreateServiceRequestTypeDef",
    strategy: Strategy,
    fargate: bool,
) -> dict[str, object]:
    """What API_Service, API_Deployment and API_ServiceRevision show alike."""
    shown: dict[str, object] = {
        "taskDefinition": definition["taskDefinitionArn"],
        "loadBalancers": [dict(load_balancer) for load_balancer in params.get("loadBalancers") or ()],
        "serviceRegistries": [dict(registry) for registry in params.get("serviceRegistries") or ()],
    }
    if strategy:
        shown["capacityProviderStrategy"] = strategy
    else:
        shown["launchType"] = "FARGATE" if fargate else params.get("launchType") or "EC2"
    if fargate:
        family = platform_family(definition)
        shown |= {"platformVersion": params.get("platformVersion") or "LATEST", "platformFamily": family}
    vpc = task_request.vpc_configuration(params)
    if vpc:
        full = {"securityGroups": [], "assignPublicIp": "DISABLED", **vpc}
        shown["networkConfiguration"] = {"awsvpcConfiguration": full}
    return shown


def _kept(params: "api.CreateServiceRequestTypeDef") -> dict[str, object]:
    """What a revision says of how its service is measured (`bridge.load.meters`) and connected."""
    monitoring = params.get("monitoring")
    for metrics in monitoring.get("metricConfigurations", ()) if monitoring else ():
        if metrics["resolutionSeconds"] not in RESOLUTIONS:  # U
            raise invalid(f"resolutionSeconds should be one of [{','.join(map(str, RESOLUTIONS))}]")
        for name in metrics["metricNames"]:
            if name not in METRICS:  # U
                raise invalid(f"metricNames should be one of [{','.join(METRICS)}]")
    connect = params.get("serviceConnectConfiguration")
    members = {"monitoring": monitoring, "serviceConnectConfiguration": connect}
    return {member: value for member, value in members.items() if value}


def _is_checked(container: "api.ContainerDefinitionOutputTypeDef") -> bool:
    return bool(container.get("essential", True) and container.get("healthCheck"))
