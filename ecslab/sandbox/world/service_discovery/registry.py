"""A namespace, its services and their instances, as Cloud Map holds them.

https://docs.aws.amazon.com/cloud-map/latest/dg/what-is-cloud-map.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.service_connect.configuration import PLAIN, Traffic

PRIVATE: Final = "DNS_PRIVATE"
HTTP: Final = "HTTP"
"""Types of a namespace (API_Namespace)."""
HEALTHY: Final = "HEALTHY"
UNHEALTHY: Final = "UNHEALTHY"
UNKNOWN: Final = "UNKNOWN"
"""Health of an instance; UNKNOWN where its service has no check (API_HttpInstanceSummary)."""
IPV4: Final = "AWS_INSTANCE_IPV4"
PORT: Final = "AWS_INSTANCE_PORT"
INITIAL_HEALTH: Final = "AWS_INIT_HEALTH_STATUS"


@dataclass(slots=True, eq=False)
class Instance:
    """One instance of a service.

    Args:
        id: as whoever registered it calls it; at most 64 characters.
        attributes: what DiscoverInstances answers, `AWS_INSTANCE_IPV4` among them.
        health: HEALTHY, UNHEALTHY or UNKNOWN.
        request_id: `CreatorRequestId` of its registration.
    """

    id: str
    attributes: dict[str, str]
    health: str
    request_id: str


@dataclass(slots=True, eq=False)
class DiscoveryService:
    """A service of a namespace.

    Args:
        id: `srv-` and 16 letters and digits.
        records: TTL in seconds by type of record (A, SRV); none for a service that only the API finds.
        routing: MULTIVALUE (up to eight records answer) or WEIGHTED (one does).
        custom_health: whether its instances have a health that somebody tells.
        created_at: epoch seconds.
        revision: how often its instances have changed.
        instances: by id.
        owner: of an endpoint of Service Connect, the ARN of the ECS service that serves it.
        alias: DNS name and port by which clients of Service Connect call it.
        traffic: how their proxies carry it.
    """

    id: str
    arn: str
    name: str
    namespace: "Namespace"
    created_at: float
    request_id: str
    description: str | None = None
    records: dict[str, int] = field(default_factory=dict)
    routing: str = "MULTIVALUE"
    custom_health: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    revision: int = 0
    instances: dict[str, Instance] = field(default_factory=dict)
    owner: str = ""
    alias: tuple[str, int] | None = None
    traffic: Traffic = PLAIN

    @property
    def kind(self) -> str:
        """`DNS_HTTP`, or `HTTP` for one without records."""
        return "DNS_HTTP" if self.records else HTTP

    @property
    def domain(self) -> str:
        """The name under which DNS knows it: lower case, without the last dot."""
        return f"{self.name}.{self.namespace.name}".lower()

    def put(self, instance: Instance) -> None:
        """Register an instance, or change the one that has its id."""
        self.instances[instance.id] = instance
        self.revision += 1

    def remove(self, instance_id: str) -> None:
        """Deregister an instance; without effect where there is none."""
        if self.instances.pop(instance_id, None):
            self.revision += 1

    def set_health(self, instance_id: str, health: str) -> None:
        """Tell the health of an instance; without effect where it is gone, or is so already."""
        instance = self.instances.get(instance_id)
        if instance and instance.health != health:
            instance.health = health
            self.revision += 1

    def first_health(self, attributes: Mapping[str, str]) -> str:
        """With which health an instance begins (API_RegisterInstance)."""
        return attributes.get(INITIAL_HEALTH, HEALTHY) if self.custom_health else UNKNOWN


@dataclass(slots=True, eq=False)
class Namespace:
    """A namespace.

    Args:
        id: `ns-` and 16 letters and digits.
        kind: `DNS_PRIVATE` or `HTTP`.
        vpc: of a private one, where its names are known.
        zone_id: of a private one, its hosted zone.
        soa_ttl: seconds for which resolvers keep that a name is not there.
        services: by name, in lower case.
    """

    id: str
    arn: str
    name: str
    kind: str
    created_at: float
    request_id: str
    description: str | None = None
    vpc: str = ""
    zone_id: str = ""
    soa_ttl: int = 15
    tags: dict[str, str] = field(default_factory=dict)
    services: dict[str, DiscoveryService] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Operation:
    """Something that takes a while, as GetOperation shows it.

    Args:
        kind: `CREATE_NAMESPACE` and so on.
        targets: ids by NAMESPACE, SERVICE and INSTANCE.
        status: SUBMITTED, PENDING, SUCCESS or FAIL.
        error: of one that failed, code and message.
    """

    id: str
    kind: str
    targets: dict[str, str]
    created_at: float
    updated_at: float
    status: str = "PENDING"
    error: tuple[str, str] | None = None


KEPT: Final = 30 * 86400.0
"""Seconds for which an operation can be asked for. U."""
MOST_KEPT: Final = 1000
"""Operations that are kept at most; ours."""


@dataclass(slots=True, eq=False)
class Registry:
    """What Cloud Map holds in a Region.

    Attributes:
        namespaces: by id.
        services: by id, of all namespaces.
        operations: by id, the oldest first.
        pending: names of namespaces that are being made, by (name, type, VPC).
    """

    namespaces: dict[str, Namespace] = field(default_factory=dict)
    services: dict[str, DiscoveryService] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    pending: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def named(self, name: str) -> Iterator[Namespace]:
        """The namespaces of this name, in the order in which they were made."""
        return (namespace for namespace in self.namespaces.values() if namespace.name == name)

    def add_operation(self, operation: Operation) -> None:
        """Keep an operation, and forget those that are too old or too many."""
        known = self.operations
        known[operation.id] = operation
        while len(known) > MOST_KEPT or next(iter(known.values())).created_at < operation.created_at - KEPT:
            del known[next(iter(known))]
