"""Instances of services: registered, found and forgotten. U: sentences without a source."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final, cast

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.servicediscovery import services
from ecslab.sandbox.bridge.servicediscovery.pages import page
from ecslab.sandbox.bridge.servicediscovery.requests import (
    Answer,
    DiscoverRequest,
    HealthRequest,
    InstanceRequest,
    InstancesRequest,
    RegisterRequest,
)
from ecslab.sandbox.bridge.servicediscovery.state import Caller
from ecslab.sandbox.bridge.servicediscovery.tracking import begin
from ecslab.sandbox.bridge.servicediscovery.validation import invalid, refused
from ecslab.sandbox.world.service_discovery.answers import discovered
from ecslab.sandbox.world.service_discovery.registry import (
    HEALTHY,
    INITIAL_HEALTH,
    IPV4,
    PORT,
    UNHEALTHY,
    DiscoveryService,
    Instance,
    Namespace,
)

DISCOVERED: Final = 100
"""Instances that DiscoverInstances answers unless the request says otherwise."""
_UNCARRIED: Final = ("AWS_ALIAS_DNS_NAME", "AWS_EC2_INSTANCE_ID", "AWS_INSTANCE_CNAME", "AWS_INSTANCE_IPV6")


def register_instance(params: RegisterRequest, caller: Caller) -> Answer:
    service, attributes = services.find(caller, params["ServiceId"]), dict(params["Attributes"])
    check_attributes(service, attributes)
    request_id = params.get("CreatorRequestId") or str(rng.uuid4())
    instance = Instance(params["InstanceId"], attributes, service.first_health(attributes), request_id)

    def work() -> tuple[str, str] | None:
        if caller.registry.services.get(service.id) is not service:
            return "INTERNAL_FAILURE", "The service was deleted."
        service.put(instance)
        return None

    return begin(caller, "REGISTER_INSTANCE", {"INSTANCE": instance.id, "SERVICE": service.id}, work)


def check_attributes(service: DiscoveryService, attributes: Mapping[str, str]) -> None:
    """Refuse attributes that the service's records cannot be made of."""
    for name in _UNCARRIED:
        if name in attributes:
            raise invalid(f"This sandbox does not carry the attribute {name} of instances yet.")
    if service.records and IPV4 not in attributes:
        raise invalid(f"The attribute {IPV4} is required for a service with {_kinds(service)} records.")
    if "SRV" in service.records and PORT not in attributes:
        raise invalid(f"The attribute {PORT} is required for a service with SRV records.")
    try:
        IPv4Address(attributes.get(IPV4, "10.0.0.1"))
    except ValueError:
        raise invalid(f"The value of {IPV4} is no IPv4 address.") from None
    port = attributes.get(PORT, "1")
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:9]) <= 65535):
        raise invalid(f"The value of {PORT} is no port.")
    first = attributes.get(INITIAL_HEALTH)
    if first is not None and not service.custom_health:
        raise invalid(f"{INITIAL_HEALTH} requires a service with HealthCheckCustomConfig.")
    if first not in (None, HEALTHY, UNHEALTHY):
        raise invalid(f"{INITIAL_HEALTH} is {HEALTHY} or {UNHEALTHY}.")


def _kinds(service: DiscoveryService) -> str:
    return " and ".join(service.records)


def deregister_instance(params: InstanceRequest, caller: Caller) -> Answer:
    service = services.find(caller, params["ServiceId"])
    instance = _find(service, params["InstanceId"])

    def work() -> None:
        service.remove(instance.id)

    return begin(caller, "DEREGISTER_INSTANCE", {"INSTANCE": instance.id, "SERVICE": service.id}, work)


def _find(service: DiscoveryService, instance_id: str) -> Instance:
    if instance_id not in service.instances:
        raise refused("InstanceNotFound", f"The instance {instance_id} was not found.")  # U
    return service.instances[instance_id]


def get_instance(params: InstanceRequest, caller: Caller) -> Answer:
    instance = _find(services.find(caller, params["ServiceId"]), params["InstanceId"])
    shown = _view(instance, caller) | {"CreatorRequestId": instance.request_id}
    return {"Instance": shown, "ResourceOwner": caller.account.id}


def list_instances(params: InstancesRequest, caller: Caller) -> Answer:
    service = services.find(caller, params["ServiceId"])
    instances = [_view(instance, caller) for instance in service.instances.values()]
    return page("Instances", instances, params) | {"ResourceOwner": caller.account.id}


def _view(instance: Instance, caller: Caller) -> Answer:
    attributes = dict(instance.attributes)
    return {"Id": instance.id, "Attributes": attributes, "CreatedByAccount": caller.account.id}


def get_instances_health_status(params: InstancesRequest, caller: Caller) -> Answer:
    service = services.find(caller, params["ServiceId"])
    wanted = params.get("Instances")
    instances = [_find(service, each) for each in wanted] if wanted else list(service.instances.values())
    answer = page("Status", [(each.id, each.health) for each in instances], params)
    return answer | {"Status": dict(cast("list[tuple[str, str]]", answer["Status"]))}


def update_instance_custom_health_status(params: HealthRequest, caller: Caller) -> Answer:
    """It takes about 30 seconds until the new health counts (API_HealthCheckCustomConfig)."""
    service = services.find(caller, params["ServiceId"])
    if not service.custom_health:
        sentence = f"The service {service.id} has no HealthCheckCustomConfig."
        raise refused("CustomHealthNotFound", sentence)
    instance = _find(service, params["InstanceId"])
    tell_health(caller, service, instance.id, params["Status"])
    return {}


def tell_health(caller: Caller, service: DiscoveryService, instance_id: str, health: str) -> None:
    """Let the health of an instance become another one, after Cloud Map's wait."""
    clock = caller.account.clock
    delay = clock.durations.of("custom_health_changed", instance_id)
    clock.after(delay, lambda: service.set_health(instance_id, health))


def discover_instances(params: DiscoverRequest, caller: Caller) -> Answer:
    namespace, service = _named(params, caller)
    instances = discovered(
        service, params.get("QueryParameters", {}), params.get("OptionalParameters", {}),
        params.get("HealthStatus", "HEALTHY_OR_ELSE_ALL"),
    )  # fmt: skip
    shown = [
        {"InstanceId": each.id, "NamespaceName": namespace.name, "ServiceName": service.name,
         "HealthStatus": each.health, "Attributes": dict(each.attributes)}
        for each in instances[: params.get("MaxResults", DISCOVERED)]
    ]  # fmt: skip
    return {"Instances": shown, "InstancesRevision": service.revision}


def discover_instances_revision(params: DiscoverRequest, caller: Caller) -> Answer:
    return {"InstancesRevision": _named(params, caller)[1].revision}


def _named(params: DiscoverRequest, caller: Caller) -> tuple[Namespace, DiscoveryService]:
    """Of several namespaces of one name (in several VPCs) the first that has the service. U: which."""
    name, wanted = params["NamespaceName"], params["ServiceName"].lower()
    held = list(caller.registry.named(name))
    if not held:
        raise refused("NamespaceNotFound", f"The namespace {name} was not found.")  # U
    for namespace in held:
        if wanted in namespace.services:
            return namespace, namespace.services[wanted]
    raise refused("ServiceNotFound", f"The service {params['ServiceName']} was not found.")  # U
