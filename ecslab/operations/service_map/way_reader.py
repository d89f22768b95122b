"""The names under which a service can be asked for: behind a load balancer, in Cloud Map, by Service Connect.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/interconnecting-services.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.operations.service_map.gates import Side
from ecslab.operations.service_map.shapes import BALANCER, CLOUD_MAP, SERVICE_CONNECT, Way
from ecslab.resources import task_definition
from ecslab.resources.cloud_map import Service
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


class NamedService(Service):
    """API_Service of Cloud Map: the namespace's id, and since when it is there."""

    NamespaceId: str
    CreateDate: datetime


@dataclass(frozen=True)
class OpenWay:
    """A way with what decides who may take it.

    Attributes:
        way: as it is drawn.
        container_port: where the server's tasks listen.
        balancer: the load balancer in between, or None.
        namespace: of Service Connect, its id; "" for the other ways.
        since: since when the namespace has Service Connect's endpoint; None for the other ways.
    """

    way: Way
    container_port: int
    balancer: Side | None = None
    namespace: str = ""
    since: datetime | None = None


class WayReader:
    """The ways to the services of one cluster, read in one look."""

    def __init__(self, lab: Connection, cluster: str) -> None:
        self._lab, self._cluster = lab, cluster
        self._map = lab.client("servicediscovery")

    def of(self, service: ServiceTypeDef) -> list[OpenWay]:
        """Every way to a service, in the order in which it is drawn."""
        return [*self._balancers(service), *self._registries(service), *self._endpoints(service)]

    def joined(self, service: ServiceTypeDef) -> tuple[str, datetime] | None:
        """The namespace of Service Connect in which a service is, and since when; or None."""
        deployment = service_reader.primary(service)
        given = (deployment or {}).get("serviceConnectConfiguration", {})
        if deployment is None or not given.get("enabled"):
            return None
        return self._namespace(given.get("namespace") or self._default), deployment["createdAt"]

    def _balancers(self, service: ServiceTypeDef) -> Iterator[OpenWay]:
        for given in service.get("loadBalancers", []):
            arn = given.get("targetGroupArn", "")
            group = target_group_reader.by_arn(self._lab, arn) if arn else None
            arns = group.get("LoadBalancerArns", []) if group else []
            for balancer in load_balancer_reader.by_arns(self._lab, arns) if arns else ():
                for port in self._ports(balancer, arn):
                    way = Way(BALANCER, service["serviceName"], balancer["DNSName"], port, balancer["Scheme"])
                    yield OpenWay(way, given["containerPort"], _side(balancer))

    def _ports(self, balancer: LoadBalancerTypeDef, target_group: str) -> list[int]:
        """The ports of a load balancer's listeners that lead to the target group."""
        ports = []
        for listener in load_balancer_reader.listeners(self._lab, balancer):
            rules = load_balancer_reader.rules(self._lab, listener["ListenerArn"])
            actions = [*listener["DefaultActions"], *(each for rule in rules for each in rule["Actions"])]
            if any(target_group in load_balancer_reader.forwards_to(action) for action in actions):
                ports.append(listener["Port"])
        return ports

    def _registries(self, service: ServiceTypeDef) -> Iterator[OpenWay]:
        for registry in service.get("serviceRegistries", []):
            made = self._discovery(registry["registryArn"])
            if made is None:
                continue
            namespace = or_none_if_missing(self._map.get_namespace, Id=made["NamespaceId"])
            if namespace is None:
                continue
            port = registry.get("containerPort") or registry.get("port") or self._first_port(service)
            host = f"{made['Name']}.{namespace['Namespace']['Name']}".lower()
            records = made.get("DnsConfig", {}).get("DnsRecords", [])
            about = ", ".join(f"{each['Type']}, TTL {each['TTL']} s" for each in records)
            way = Way(CLOUD_MAP, service["serviceName"], host, port, about or "no DNS: DiscoverInstances")
            yield OpenWay(way, port)

    def _endpoints(self, service: ServiceTypeDef) -> Iterator[OpenWay]:
        deployment, joined = service_reader.primary(service), self.joined(service)
        if deployment is None or joined is None:
            return
        resources = {
            each.get("discoveryName"): each.get("discoveryArn", "")
            for each in deployment.get("serviceConnectResources", [])
        }
        for given in deployment["serviceConnectConfiguration"].get("services", []):
            discovery = given.get("discoveryName") or given["portName"]
            made = self._discovery(resources.get(discovery, ""))
            inside = given.get("ingressPortOverride") or self._named_port(deployment, given["portName"])
            for alias in given.get("clientAliases", []):
                host = alias.get("dnsName") or f"{discovery}.{self._name(joined[0])}"
                way = Way(SERVICE_CONNECT, service["serviceName"], host.lower(), alias["port"])
                since = made["CreateDate"] if made else deployment["createdAt"]
                yield OpenWay(way, inside or alias["port"], None, joined[0], since)

    def _discovery(self, arn: str) -> NamedService | None:
        """The service of Cloud Map of this ARN, or None."""
        answer = or_none_if_missing(self._map.get_service, Id=arn.rsplit("/", 1)[-1]) if arn else None
        return cast("NamedService", answer["Service"]) if answer else None

    def _named_port(self, deployment: DeploymentTypeDef, name: str) -> int:
        definition = task_definition.find(self._lab, deployment["taskDefinition"])
        containers = definition["containerDefinitions"] if definition else []
        mappings = (each for container in containers for each in container.get("portMappings", []))
        return next((each["containerPort"] for each in mappings if each.get("name") == name), 0)

    def _first_port(self, service: ServiceTypeDef) -> int:
        definition = task_definition.find(self._lab, service["taskDefinition"])
        containers = definition["containerDefinitions"] if definition else []
        mappings = (each for container in containers for each in container.get("portMappings", []))
        return next((each["containerPort"] for each in mappings), 80)

    @cached_property
    def _default(self) -> str:
        """The cluster's default namespace of Service Connect, or ""."""
        clusters = self._lab.ecs.describe_clusters(clusters=[self._cluster])["clusters"]
        return clusters[0].get("serviceConnectDefaults", {}).get("namespace", "") if clusters else ""

    def _namespace(self, named: str) -> str:
        """The id of a namespace that is given by its ARN or its name."""
        if named.startswith("arn:"):
            return named.rsplit("/", 1)[-1]
        return next((each for each, name in self._names.items() if name == named), named)

    def _name(self, namespace: str) -> str:
        return self._names.get(namespace, namespace)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names of this account's namespaces by their ids."""
        pages = self._map.get_paginator("list_namespaces").paginate()
        return {each["Id"]: each["Name"] for page in pages for each in page["Namespaces"]}


def _side(balancer: LoadBalancerTypeDef) -> Side:
    groups = balancer.get("SecurityGroups", [])
    zones = balancer.get("AvailabilityZones", [])
    return Side(
        f"the load balancer {balancer['LoadBalancerName']}", tuple(groups) or None,
        tuple(zone["SubnetId"] for zone in zones if "SubnetId" in zone),
    )  # fmt: skip
