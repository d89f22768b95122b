"""What a request for a service may ask of AWS that this sandbox does not do; it says so plainly."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.world.errors import AwsError, invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

_UNCARRIED: Final = {
    "volumeConfigurations": "volumes of services",
    "vpcLatticeConfigurations": "VPC Lattice",
    "gatewayConnectors": "gateways",
}
_UNCARRIED_OF_DEPLOYMENTS: Final = {
    "alarms": "deployment alarms",
    "earlySuccessCriteria": "early success criteria",
}


def refuse_uncarried(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Refuse what this sandbox does not do."""
    if len(params.get("serviceRegistries", ())) > 1:
        raise invalid("service registries can have at most 1 items")
    for member, feature in _UNCARRIED.items():
        if params.get(member):
            raise _uncarried(feature)
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
    for member, feature in _UNCARRIED_OF_DEPLOYMENTS.items():
        if (configuration.get(member) or {}).get("enable"):
            raise _uncarried(feature)


def _uncarried(feature: str) -> AwsError:
    return AwsError("UnsupportedFeatureException", f"This sandbox does not carry {feature} yet.")
