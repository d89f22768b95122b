"""The refusals of RegisterTaskDefinition for what containers do for each other: logs, proxies, links, order.

Sentences without a mark: recorded, cdk-preflight, aws/amazon-cloudwatch-logs-for-fluent-bit#20,
Shippable/support#4194.
"""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

_PROXY_PORTS: Final = {"ProxyIngressPort": "Ingress port", "ProxyEgressPort": "Egress port"}


def dependencies(container: "ContainerDefinition", containers: list["ContainerDefinition"]) -> Iterator[str]:
    """What is wrong with what one container waits for."""
    known = {other["name"]: other for other in containers}
    for dependency in container.get("dependsOn", []):
        name, condition = dependency["containerName"], dependency["condition"]
        if name not in known:
            yield f"Cannot depend on container + '{name}' because it does not exist"
        other = known[name]
        if condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
            yield "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
        if condition == "HEALTHY" and not other.get("healthCheck"):
            yield "A dependency container with HEALTHY condition must have health check configured"


def of_task(definition: "TaskDefinition") -> Iterator[str]:
    """What is wrong with the containers together."""
    containers = definition["containerDefinitions"]
    if _is_circular({each["name"]: _linked(each) for each in containers}):
        yield "Container links should not have a cycle"
    if _is_circular({each["name"]: _awaited(each) for each in containers}):
        yield "Container dependencies should not have a cycle"  # U: after the one of links
    yield from _routers(containers)
    yield from _proxy(definition)


def _is_circular(edges: Mapping[str, set[str]]) -> bool:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        return True
    return False


def _linked(container: "ContainerDefinition") -> set[str]:
    """A link is `name` or `name:alias`."""
    return {link.partition(":")[0] for link in container.get("links", [])}


def _awaited(container: "ContainerDefinition") -> set[str]:
    return {entry["containerName"] for entry in container.get("dependsOn", [])}


def _routers(containers: list["ContainerDefinition"]) -> Iterator[str]:
    drivers = {container.get("logConfiguration", {}).get("logDriver") for container in containers}
    has_router = any(container.get("firelensConfiguration") for container in containers)
    if "awsfirelens" in drivers and not has_router:
        yield (
            "When awsfirelens log driver is specified in log configuration, a firelens configuration object "
            "must be configured in one of the containers."
        )
    if has_router and "awsfirelens" not in drivers:
        yield (
            "When a firelensConfiguration object is specified, at least one container has to be configured "
            "with the awsfirelens log driver."
        )


def _proxy(definition: "TaskDefinition") -> Iterator[str]:
    """App Mesh is the one kind of proxy there is."""
    proxy = definition.get("proxyConfiguration")
    if not proxy:
        return
    if definition.get("networkMode") != "awsvpc":
        yield "APPMESH proxy configuration is only supported in networkMode=awsvpc"
    name = proxy["containerName"]
    if name not in {container["name"] for container in definition["containerDefinitions"]}:
        yield f"Proxy container [{name}] does not exist."
    given = {entry.get("name") for entry in proxy.get("properties", [])}
    for member, words in _PROXY_PORTS.items():
        if member not in given:
            yield f"{words} not found"  # U: of the egress port
