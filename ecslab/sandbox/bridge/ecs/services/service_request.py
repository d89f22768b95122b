"""CreateService and UpdateService: what they refuse, and what they make of what they accept.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs import task_definitions
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy, is_fargate
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.managed_instances.known import is_managed
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter, service_connect, service_registries
from ecslab.sandbox.bridge.ecs.shapes import at_most
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.bridge.ecs.tasks import task_order, task_request
from ecslab.sandbox.bridge.ecs.tasks.platform_versions import platform_family
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.service.deployment import LoadBalancer, Revision

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_TASKS: Final = 5000
MOST_BALANCERS: Final = 5
"""Target groups of one service."""
METRICS: Final = ("CPUUtilization", "MemoryUtilization")
RESOLUTIONS: Final = (20, 60)
"""Seconds between two points of a service's metric."""
_NAME: Final = re.compile(r"[a-zA-Z0-9\-_]{1,255}")
_UNCARRIED: Final = {
    "volumeConfigurations": "volumes of services",
    "vpcLatticeConfigurations": "VPC Lattice",
    "gatewayConnectors": "gateways",
}


def check_name(name: str) -> None:
    """Refuse what cannot be a service's name. U: the sentence."""
    if not _NAME.fullmatch(name):
        raise invalid(r"ServiceName must match ^[a-zA-Z0-9\-_]{1,255}$")


def check_desired(count: int | None, daemon: bool, what: str = "DesiredCount") -> int:
    """The desired count of a request, from 0 to 5000; none for a daemon.

    Args:
        what: how ECS calls it: UpdateService says `Task count`.
    """
    if daemon:
        if count is not None:
            raise invalid(
                "The daemon scheduling strategy does not support a desired count for services. Remove the "
                "desired count value and try again"
            )
        return 0
    if count is None:
        raise invalid("DesiredCount is missing")
    if count < 0:
        raise invalid(f"{what} can not be lesser than 0")
    if count > MOST_TASKS:
        raise invalid("Desired count exceeds limit.")
    return count


def refuse_uncarried(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Say plainly what this sandbox does not do."""
    if len(params.get("serviceRegistries", ())) > 1:
        raise invalid("service registries can have at most 1 items")
    for member, what in _UNCARRIED.items():
        if params.get(member):
            raise _uncarried(what)
    controls = params.get("deploymentController")
    controller = controls["type"] if controls else "ECS"
    if controller == "EXTERNAL" and params.get("taskDefinition"):
        raise invalid("TaskDefinition must be blank")
    if controller == "CODE_DEPLOY" and not params.get("loadBalancers"):  # U: how the sentence begins
        raise invalid(
            "For services using the CODE_DEPLOY deployment controller, the service requires an Application "
            "Load Balancer or Network Load Balancer"
        )
    if controller != "ECS":
        raise _uncarried(f"the deployment controller {controller}")
    configuration: Mapping[str, Any] = params.get("deploymentConfiguration") or {}
    strategy = configuration.get("strategy", "ROLLING")
    if strategy != "ROLLING":
        raise _uncarried(f"deployments of the strategy {strategy}")
    if configuration.get("lifecycleHooks"):
        raise _uncarried("lifecycle hooks")
    if configuration.get("bakeTimeInMinutes"):
        raise _uncarried("a bake time")
    for member, what in (("alarms", "deployment alarms"), ("earlySuccessCriteria", "early success criteria")):
        if (configuration.get(member) or {}).get("enable"):
            raise _uncarried(what)


def check_definition(
    caller: Caller, params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef"
) -> None:
    """Refuse a task definition that is not there or not ACTIVE; recorded to come before all that follows."""
    if params.get("taskDefinition"):
        task_definitions.resolve(caller, params["taskDefinition"])


def first_revision(
    caller: Caller,
    cluster: Cluster,
    params: "api.CreateServiceRequestTypeDef",
    described: "api.CreateServiceRequestTypeDef",
) -> tuple[Revision, int]:
    """What a CreateService deploys, and the desired count; its network is checked first, as was recorded."""
    daemon = params.get("schedulingStrategy") == "DAEMON"
    first = revision(caller, cluster, described, params["serviceName"])
    desired = check_desired(params.get("desiredCount"), daemon)
    if daemon and (first.fargate or params.get("capacityProviderStrategy")):
        _refuse_daemon(params)
    service_registries.check_count(first.registry, desired)
    check_exec(first, params.get("enableExecuteCommand", False), "created")
    return first, desired


def check_update(
    caller: Caller, cluster: Cluster, now: Revision, params: "api.UpdateServiceRequestTypeDef"
) -> None:
    """Refuse at once what starts no deployment, and so would be looked at only in a later one."""
    if now.fargate:
        task_order.refuse_placement(params)
    else:
        _check_placement(params)
    if params.get("capacityProviderStrategy"):
        checked_strategy(params["capacityProviderStrategy"], cluster.capacity_providers, caller.region)


def check_exec(revision: Revision, enabled: bool, what: str) -> None:
    """ECS Exec needs a task role; `what` is done to the service."""
    if enabled and not revision.spec["task_role"]:  # recorded, both of them
        raise invalid(
            f"The service couldn't be {what} because a valid taskRoleArn is not being used. Specify a valid "
            "task role in your task definition and try again."
        )


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
        _check_elsewhere(caller, cluster, definition, params)
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
    check_daemon(params)
    return False


def check_daemon(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Refuse what chooses instances for a daemon: it is on all of them."""
    if params.get("placementStrategy"):  # U: put together from the sentence for the desired count
        raise invalid(
            "The daemon scheduling strategy does not support placement strategies for services. Remove the "
            "placement strategies and try again"
        )


def _refuse_daemon(params: "api.CreateServiceRequestTypeDef") -> None:
    """A daemon is one task an instance, and Fargate has none."""
    if params.get("launchType") == "FARGATE":
        raise invalid(
            "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type "
            "and try again"
        )
    raise invalid(
        "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON "
        "scheduling strategy."
    )


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


def _check_elsewhere(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    params: "api.CreateServiceRequestTypeDef",
) -> None:
    """What is refused of a service on EC2 or on external instances."""
    launch_type = params.get("launchType") or "EC2"
    named = params.get("launchType") or params.get("schedulingStrategy") == "DAEMON"
    strategy = params.get("capacityProviderStrategy") or ([] if named else cluster.default_strategy)
    if strategy and is_managed(caller.region, strategy[0]["capacityProvider"]):
        launch_type = "MANAGED_INSTANCES"
        placing.refuse_strategies(params, launch_type)
        _refuse_connect(params, launch_type)
    placing.refuse_platform(params.get("platformVersion"), launch_type)
    if launch_type == "EXTERNAL":
        _check_external(definition, params)
    _check_placement(params)
    vpc = task_request.vpc_configuration(params)
    if vpc and vpc.get("assignPublicIp") == "ENABLED":
        raise invalid("Assign public IP is not supported for this launch type.")
    awsvpc = definition.get("networkMode") == "awsvpc"
    if awsvpc and not vpc:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if vpc and not awsvpc:
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
    if vpc:
        task_network.validate_network(
            caller.region, list(vpc.get("subnets") or ()), list(vpc.get("securityGroups") or ())
        )


def _check_external(
    definition: "api.TaskDefinitionTypeDef", params: "api.CreateServiceRequestTypeDef"
) -> None:
    """What machines outside AWS have not (developer guide, ECS Anywhere). U: the first three sentences."""
    if params.get("loadBalancers"):
        raise invalid("Load balancers are not supported with EXTERNAL launch type.")
    if params.get("serviceRegistries"):
        raise invalid("Service discovery is not supported with EXTERNAL launch type.")
    _refuse_connect(params, "EXTERNAL")
    if "EXTERNAL" not in definition["compatibilities"]:
        raise invalid("Task definition does not support launch_type EXTERNAL.")


def _refuse_connect(params: "api.CreateServiceRequestTypeDef", launch_type: str) -> None:
    """Refuse Service Connect, where AWS's page on it says that it is not (U: the sentence)."""
    connect = params.get("serviceConnectConfiguration")
    if connect and connect.get("enabled"):
        raise invalid(f"Service Connect is not supported with {launch_type} launch type.")


def _check_placement(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    rules.strategies(params.get("placementStrategy") or ())  # type: ignore[arg-type]
    rules.constraints(params.get("placementConstraints") or ())  # type: ignore[arg-type]


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


def _uncarried(what: str) -> AwsError:
    return AwsError("UnsupportedFeatureException", f"This sandbox does not carry {what} yet.")
