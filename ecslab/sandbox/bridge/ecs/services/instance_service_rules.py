"""What is refused of a service whose tasks are on container instances: EC2's, managed ones, external ones."""

from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.managed_instances.known import is_managed
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.ecs.tasks import task_request
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.placement import rules

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api


def check(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    params: "api.CreateServiceRequestTypeDef",
) -> None:
    """What is refused of a service on container instances."""
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
    check_placement(params)
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


def check_placement(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    rules.strategies(params.get("placementStrategy") or ())  # type: ignore[arg-type]
    rules.constraints(params.get("placementConstraints") or ())  # type: ignore[arg-type]
