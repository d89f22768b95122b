"""`serviceConnectConfiguration`: what ECS refuses of it, and the endpoints that a deployment makes and knows.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectConfiguration.html
"""

import re
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.services import connect_settings
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.servicediscovery import state as discovery
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service.deployment import Revision
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service_connect.configuration import Connect, Server
from ecslab.sandbox.world.service_discovery.registry import DiscoveryService, Namespace

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_ALIASES: Final = 1
_DISCOVERY_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")
_LABEL: Final = r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_DNS_NAME: Final = re.compile(rf"(?=.{{1,127}}\Z){_LABEL}(\.{_LABEL})*")


def checked(
    caller: Caller,
    cluster: Cluster,
    service: str,
    configuration: "api.ServiceConnectConfigurationUnionTypeDef | None",
    definition: "api.TaskDefinitionTypeDef",
) -> Connect | None:
    """What a request asks of Service Connect; None if nothing. Nothing is made yet.

    Args:
        service: name of the one that the request is about.

    Raises:
        AwsError: InvalidParameterException, or NamespaceNotFoundException.
    """
    if not configuration or not configuration.get("enabled"):
        return None
    name = configuration.get("namespace") or cluster.connect_namespace
    if not name:
        raise invalid("Namespace is missing")
    namespace = discovery.namespace_named(caller.region, name)
    if namespace is None:
        raise AwsError("NamespaceNotFoundException", f"Failed to retrieve namespace for {name}")
    if definition.get("networkMode") != "awsvpc":
        mode = definition.get("networkMode", "bridge")
        sentence = f"This sandbox does not carry Service Connect with the network mode {mode} yet."
        raise AwsError("UnsupportedFeatureException", sentence)
    fargate = "FARGATE" in definition.get("requiresCompatibilities", ())
    log = connect_settings.log_of(configuration, definition, fargate)
    servers = [_server(entry, namespace, definition) for entry in configuration.get("services", ())]
    for attribute, what in (("discovery_name", "discoveryName"), ("alias", "clientAlias")):
        values = [getattr(server, attribute) for server in servers if getattr(server, attribute)]
        if len(set(values)) < len(values):  # U
            raise invalid(f"Each {what} of a Service Connect configuration must be unique.")
    owner = caller.ecs_arn(f"service/{cluster.name}/{service}")
    for server in servers:
        _check_free(namespace, server, owner)
    return Connect(namespace.arn, tuple(servers), log)


def _server(
    entry: "api.ServiceConnectServiceTypeDef | api.ServiceConnectServiceOutputTypeDef",
    namespace: Namespace,
    definition: "api.TaskDefinitionTypeDef",
) -> Server:
    port_name = entry["portName"]
    mappings = [each for container in definition["containerDefinitions"]
                for each in container.get("portMappings", ()) if each.get("name") == port_name]  # fmt: skip
    if not mappings:
        raise invalid(
            f"portName({port_name}) does not refer to any named PortMapping in the container definitions"
        )
    name = entry.get("discoveryName") or port_name
    if not _DISCOVERY_NAME.fullmatch(name):  # U
        raise invalid(f"The discoveryName {name} is invalid.")
    aliases = entry.get("clientAliases", ())
    if len(aliases) > MOST_ALIASES:
        raise invalid(f"{len(aliases)} clientAliases exceeds the max limit of {MOST_ALIASES}")
    alias = None
    for given in aliases:
        dns_name = given.get("dnsName") or f"{name}.{namespace.name}"
        if not _DNS_NAME.fullmatch(dns_name):
            raise invalid("The DNS name that you provided is invalid")
        alias = dns_name.lower(), given["port"]
    port, traffic = mappings[0]["containerPort"], connect_settings.traffic_of(entry, mappings[0])
    return Server(port_name, name, port, entry.get("ingressPortOverride") or port, alias, traffic)


def _check_free(namespace: Namespace, server: Server, owner: str) -> None:
    """Discovery names and aliases are each one service's. U: how the sentences end."""
    known = namespace.services.get(server.discovery_name)
    if known and known.owner != owner:
        raise invalid(f"SC service is already used by {known.owner or known.arn}.")
    for other in namespace.services.values():
        if server.alias and other.alias == server.alias and other.owner != owner:
            name, port = server.alias
            raise invalid(f"The client alias {name}:{port} is already used by {other.owner}.")  # U


def establish(service: Service, revision: Revision) -> None:
    """Make the endpoints that a deployment serves, and let it know all that its namespace has by now."""
    connect, region = revision.connect, revision.spec["region"]
    namespace = discovery.namespace_named(region, connect.namespace) if connect else None
    if connect is None or namespace is None:
        return
    for server in connect.servers:
        connect.resources[server.discovery_name] = _endpoint(service, namespace, server, region).arn
    connect.endpoints = {each.alias: each.arn for each in namespace.services.values() if each.alias}


def _endpoint(service: Service, namespace: Namespace, server: Server, region: str) -> DiscoveryService:
    registry, known = discovery.of(region), namespace.services.get(server.discovery_name)
    if known is None:
        account = current_account()
        caller, service_id = discovery.Caller(account, region, registry), discovery.new_id("srv")
        arn, now = caller.arn("service", service_id), account.clock.timestamp()
        known = DiscoveryService(
            service_id, arn, server.discovery_name, namespace, now, str(rng.uuid4()), owner=service.arn
        )
        namespace.services[known.name] = registry.services[service_id] = known
    known.alias, known.traffic = server.alias, server.traffic
    return known


def forget_endpoints(service: Service, region: str) -> None:
    """Take away the Cloud Map services of endpoints that no task serves any more, and no deployment wants.

    U: when ECS does so.
    """
    registry = current_account().service_discovery.get(region)
    if registry is None:
        return
    deployments = [*service.deployments, service.completed] if service.status == "ACTIVE" else []
    connects = [each.revision.connect for each in deployments if each and each.revision.connect]
    wanted = {arn for connect in connects for arn in connect.resources.values()}
    for known in [each for each in registry.services.values() if each.owner == service.arn]:
        if not known.instances and known.arn not in wanted:
            del registry.services[known.id]
            known.namespace.services.pop(known.name.lower(), None)


def resources(revision: Revision) -> dict[str, object]:
    """What API_Deployment shows of Service Connect."""
    configuration = revision.spec["kept"].get("serviceConnectConfiguration")
    if configuration is None:
        return {}
    shown: dict[str, object] = {"serviceConnectConfiguration": configuration}
    if revision.connect and revision.connect.resources:
        shown["serviceConnectResources"] = [
            {"discoveryName": name, "discoveryArn": arn} for name, arn in revision.connect.resources.items()
        ]
    return shown
