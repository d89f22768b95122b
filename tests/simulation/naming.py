"""Steps of names: services in Cloud Map and of Service Connect, and tasks that ask for them."""

from typing import Any, Final

from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.wire.credentials import REGION
from tests.simulation.ground import CLUSTER
from tests.simulation.name_history import MESH, ZONE, namespace
from tests.simulation.steps import NAMES, PERCENTS, YES_NO, action, configuration, network

TTLS = (0, 15, 120)
LOOP = "; ".join(f"wget -q -O - -T 2 http://{name}{zone}/" for name in NAMES for zone in (f".{ZONE}", ""))
ASKS: Final[dict[str, Any]] = {
    "image": "busybox", "command": ["sh", "-c", f"while true; do {LOOP}; sleep 20; done"]
}  # fmt: skip
"""A container that calls each service by both its names, again and again."""
KINDS = ("serves", "serves", "asks", "exits", "ill")
ROLES = ("", "client", "server", "server")


@action(
    3, name=NAMES, kind=KINDS, count=(0, 1, 2), registered=YES_NO, ttl=TTLS, role=ROLES, percents=PERCENTS
)
def create_named(world: Any, name: str, kind: str, count: int, registered: bool, ttl: int, role: str,
                 percents: Any) -> str:  # fmt: skip
    furnish(world)
    return world.attempt(
        "ecs", "CreateService", cluster=CLUSTER, serviceName=name, taskDefinition=kind, desiredCount=count,
        launchType="FARGATE", networkConfiguration=network(world), **configuration(percents),
        serviceConnectConfiguration=mesh(name, role),
        serviceRegistries=registries(world, name, ttl) if registered else [],
    )  # fmt: skip


@action(3, name=NAMES, kind=KINDS, registered=YES_NO, ttl=TTLS, role=ROLES)
def name_again(world: Any, name: str, kind: str, registered: bool, ttl: int, role: str) -> str:
    """Another deployment, which is found in other ways."""
    furnish(world)
    return world.attempt(
        "ecs", "UpdateService", cluster=CLUSTER, service=name, taskDefinition=kind,
        serviceConnectConfiguration=mesh(name, role),
        serviceRegistries=registries(world, name, ttl) if registered else [],
    )  # fmt: skip


@action(1, name=NAMES)
def unname(world: Any, name: str) -> str:
    """Delete a registry, if nobody is in it, whoever's it is."""
    known = registry_of(world, name)
    return world.attempt("servicediscovery", "DeleteService", Id=known.id) if known else "nothing"


@action(1, name=NAMES, ttl=TTLS)
def change_ttl(world: Any, name: str, ttl: int) -> str:
    known = registry_of(world, name)
    if known is None:
        return "nothing"
    dns = {"DnsRecords": [{"Type": "A", "TTL": ttl}]}
    return world.attempt("servicediscovery", "UpdateService", Id=known.id, Service={"DnsConfig": dns})


NAMING = ("create_named", "name_again", "unname", "change_ttl")
"""Actions that only histories of names draw."""


def furnish(world: Any) -> None:
    """Both namespaces, and the family that asks, so far as they are not there."""
    if "refused" in world.look("ecs", "DescribeTaskDefinition", taskDefinition="asks"):
        container = {"name": "web", "portMappings": [{"containerPort": 80, "name": "web"}], **ASKS}
        world.ask(
            "ecs", "RegisterTaskDefinition", family="asks", networkMode="awsvpc", cpu="256", memory="512",
            requiresCompatibilities=["FARGATE"], containerDefinitions=[container],
        )  # fmt: skip
    if namespace(world, MESH) is None:
        world.attempt("servicediscovery", "CreateHttpNamespace", Name=MESH)
    if namespace(world, ZONE) is None:
        world.attempt("servicediscovery", "CreatePrivateDnsNamespace", Name=ZONE, Vpc=world.vpc)
    while namespace(world, ZONE) is None or namespace(world, MESH) is None:
        world.run(5)


def mesh(name: str, role: str) -> dict[str, Any]:
    """A `serviceConnectConfiguration`: of nobody, of a client, or of a server called by its name."""
    if not role:
        return {"enabled": False}
    entry = {"portName": "web", "discoveryName": name, "clientAliases": [{"port": 80, "dnsName": name}]}
    return {"enabled": True, "namespace": MESH, "services": [entry] if role == "server" else []}


def registries(world: Any, name: str, ttl: int) -> list[dict[str, Any]]:
    """`serviceRegistries` with the service of this name in the private namespace, made if there is none."""
    known = registry_of(world, name)
    if known is None:
        zone, dns = namespace(world, ZONE).id, {"DnsRecords": [{"Type": "A", "TTL": ttl}]}
        made = world.ask("servicediscovery", "CreateService", Name=name, NamespaceId=zone, DnsConfig=dns)
        return [{"registryArn": made["Service"]["Arn"]}]
    return [{"registryArn": known.arn}]


def without_lost(service: Any) -> dict[str, Any]:
    """What an update says of registries: none, where the service's own was deleted behind it."""
    own = service.revision.registry
    return {"serviceRegistries": []} if own and service_named(REGION, own.arn) is None else {}


def registry_of(world: Any, name: str) -> Any:
    zone = namespace(world, ZONE)
    return zone.services.get(name) if zone else None
