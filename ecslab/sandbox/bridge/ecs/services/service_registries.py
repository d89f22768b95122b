"""`serviceRegistries` of CreateService and UpdateService: what ECS refuses of them, and what they show.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
"""

import re
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service.deployment import DiscoveryRegistry
from ecslab.sandbox.world.service_discovery.registry import DiscoveryService

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ecs import type_defs as api

MOST_TASKS: Final = 1000
"""Tasks of a service that is registered: instances that a service of Cloud Map can have."""
_ARN: Final = re.compile(r"arn:aws:servicediscovery:[a-z0-9-]+:\d{12}:service/srv-[a-z0-9]+")


def checked(
    region: str, registries: "Sequence[api.ServiceRegistryTypeDef]", definition: "api.TaskDefinitionTypeDef"
) -> DiscoveryRegistry | None:
    """Where tasks of this definition are registered; None where they are not.

    Raises:
        AwsError: InvalidParameterException.
    """
    if not registries:
        return None
    entry = registries[0]
    arn = entry.get("registryArn", "")
    if not _ARN.fullmatch(arn):
        raise invalid(f"The format of the supplied service registry ARN is invalid: {arn}.")
    service = service_named(region, arn)
    if service is None:  # U
        raise invalid(f"The specified service registry does not exist: {arn}.")
    port, name, container_port = entry.get("port"), entry.get("containerName"), entry.get("containerPort")
    if port is not None and (name is not None or container_port is not None):
        raise invalid(
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but "
            "not both. Remove one and retry."
        )
    if definition.get("networkMode") == "awsvpc":
        _check_ports(service, entry)
    else:
        _check_shared(service, entry, str(definition.get("networkMode", "bridge")))
    if name is not None:
        _check_container(name, container_port, definition)
    return DiscoveryRegistry(arn, name, port or container_port)


def _check_ports(service: DiscoveryService, entry: "api.ServiceRegistryTypeDef") -> None:
    """SRV records name a port; A records have none."""
    given = [key for key in ("port", "containerName", "containerPort") if key in entry]
    if "SRV" not in service.records and given:
        key = "containerPort" if "containerPort" in given else given[0]  # U: of the other two
        raise invalid(
            f"The values specified for serviceRegistries do not require a value for '{key}'. Remove the "
            f"value and retry. Registry: {service.arn}"
        )
    if "SRV" in service.records and given not in (["port"], ["containerName", "containerPort"]):  # U
        raise invalid(
            "The values specified for serviceRegistries require a value for either 'port' or the "
            f"'containerName' and 'containerPort' combination. Add one and retry. Registry: {service.arn}"
        )


def _check_shared(service: DiscoveryService, entry: "api.ServiceRegistryTypeDef", mode: str) -> None:
    """Tasks that share their instance's address are told apart by SRV records alone."""
    if mode == "none":  # U
        raise invalid("Service registries are not supported with the network mode none.")
    if "containerName" not in entry or "containerPort" not in entry:
        raise invalid(
            "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and "
            "'containerPort' must be specified from the task definition. Registry: "
            f"{service.arn}"
        )
    if "A" in service.records:  # U: the sentence
        raise invalid(
            f"When specifying '{mode}' for networkMode, the service registry must use SRV records. Registry: "
            f"{service.arn}"
        )


def _check_container(name: str, port: int | None, definition: "api.TaskDefinitionTypeDef") -> None:
    """U: the sentences, which are those of load balancers."""
    containers = {container["name"]: container for container in definition["containerDefinitions"]}
    if name not in containers:
        raise invalid(f"The container {name} does not exist in the task definition.")
    if port not in [mapping.get("containerPort") for mapping in containers[name].get("portMappings", ())]:
        raise invalid(f"The container {name} did not have a container port {port} defined.")


def check_count(registry: DiscoveryRegistry | None, desired: int) -> None:
    """A service that is registered can have fewer tasks. U: the sentence."""
    if registry and desired > MOST_TASKS:
        raise AwsError("InvalidParameterException", "Desired count exceeds limit.")
