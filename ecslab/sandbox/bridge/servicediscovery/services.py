"""Services of namespaces: CreateService, and what follows. U: sentences without a source."""

from collections.abc import Sequence
from typing import Final

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.servicediscovery import namespaces
from ecslab.sandbox.bridge.servicediscovery.pages import listed, moment
from ecslab.sandbox.bridge.servicediscovery.requests import (
    Answer,
    DnsRecord,
    IdRequest,
    ListRequest,
    ServiceRequest,
    ServiceUpdate,
)
from ecslab.sandbox.bridge.servicediscovery.state import Caller, by_id_or_arn, new_id
from ecslab.sandbox.bridge.servicediscovery.tags import checked_tags
from ecslab.sandbox.bridge.servicediscovery.tracking import begin
from ecslab.sandbox.bridge.servicediscovery.validation import invalid, refused
from ecslab.sandbox.world.service_discovery.registry import HTTP, DiscoveryService, Namespace

TYPES: Final = ("A", "SRV")
"""Types of records that are carried."""


def create_service(params: ServiceRequest, caller: Caller) -> Answer:
    dns = params.get("DnsConfig", {})
    namespace_id = params.get("NamespaceId") or dns.get("NamespaceId")
    if namespace_id is None:
        raise invalid("NamespaceId is required.")
    service = create(caller, namespaces.find(caller, namespace_id), params)
    return {"Service": _view(service, caller) | {"CreatorRequestId": service.request_id}}


def create(caller: Caller, namespace: Namespace, params: ServiceRequest) -> DiscoveryService:
    """Make a service in a namespace.

    Raises:
        AwsError: as CreateService refuses.
    """
    name, dns = params["Name"], params.get("DnsConfig")
    if dns and HTTP in (namespace.kind, params.get("Type")):
        raise invalid("When you specify an HTTP service, you can't include a DnsConfig element.")
    records = checked_records(dns["DnsRecords"]) if dns else {}
    known = namespace.services.get(name.lower())
    if known:
        raise refused(
            "ServiceAlreadyExists", "Service already exists.",
            CreatorRequestId=known.request_id, ServiceId=known.id, ServiceArn=known.arn,
        )  # fmt: skip
    service_id = new_id("srv")
    service = DiscoveryService(
        service_id, caller.arn("service", service_id), name, namespace,
        caller.account.clock.timestamp(), params.get("CreatorRequestId") or str(rng.uuid4()),
        params.get("Description"), records, dns.get("RoutingPolicy", "MULTIVALUE") if dns else "MULTIVALUE",
        "HealthCheckCustomConfig" in params, checked_tags(params.get("Tags", ())),
    )  # fmt: skip
    namespace.services[name.lower()] = caller.registry.services[service.id] = service
    return service


def checked_records(given: Sequence[DnsRecord]) -> dict[str, int]:
    """TTL by type of record; refused are types that are not carried, and one type twice."""
    records: dict[str, int] = {}
    for record in given:
        kind = record["Type"]
        if kind not in TYPES:
            raise invalid(f"This sandbox does not carry {kind} records of Cloud Map's services yet.")
        if kind in records:
            raise invalid(f"A service can have one {kind} record.")
        records[kind] = record["TTL"]
    if not records:
        raise invalid("A DnsConfig element has at least one record.")
    return records


def find(caller: Caller, identifier: str) -> DiscoveryService:
    """The service with this id or ARN.

    Raises:
        AwsError: ServiceNotFound.
    """
    service = by_id_or_arn(caller.registry.services, identifier)
    if service is None:
        raise refused("ServiceNotFound", f"The service {identifier} was not found.")  # U
    return service


def get_service(params: IdRequest, caller: Caller) -> Answer:
    service = find(caller, params["Id"])
    return {"Service": _view(service, caller) | {"CreatorRequestId": service.request_id}
            | {"NamespaceId": service.namespace.id}}  # fmt: skip


def list_services(params: ListRequest, caller: Caller) -> Answer:
    services = caller.registry.services.values()
    return listed("Services", services, params, _values, lambda each: _view(each, caller))


def _values(service: DiscoveryService) -> dict[str, str | float | None]:
    return {"NAMESPACE_ID": service.namespace.id, "RESOURCE_OWNER": "SELF"}


def _view(service: DiscoveryService, caller: Caller) -> Answer:
    """API_ServiceSummary, which API_Service has too."""
    shown: Answer = {
        "Id": service.id,
        "Arn": service.arn,
        "ResourceOwner": caller.account.id,
        "Name": service.name,
        "Type": service.kind,
        **({"Description": service.description} if service.description else {}),
        "InstanceCount": len(service.instances),
        "CreateDate": moment(service.created_at),
        "CreatedByAccount": caller.account.id,
    }
    if service.records:
        records = [{"Type": kind, "TTL": ttl} for kind, ttl in service.records.items()]
        shown["DnsConfig"] = {"NamespaceId": service.namespace.id, "RoutingPolicy": service.routing,
                              "DnsRecords": records}  # fmt: skip
    if service.custom_health:
        shown["HealthCheckCustomConfig"] = {"FailureThreshold": 1}
    return shown


def update_service(params: ServiceUpdate, caller: Caller) -> Answer:
    """Change description and TTLs.

    AWS says that a record which the request leaves out is deleted; its type cannot be changed.
    """
    service, change = find(caller, params["Id"]), params["Service"]
    records = checked_records(change["DnsConfig"]["DnsRecords"]) if "DnsConfig" in change else {}
    if records.keys() - service.records.keys():
        raise invalid("The types of a service's DNS records can't be changed.")

    def work() -> None:
        service.description = change.get("Description", service.description)
        service.records = records

    return begin(caller, "UPDATE_SERVICE", {"SERVICE": service.id}, work)


def delete_service(params: IdRequest, caller: Caller) -> Answer:
    service = find(caller, params["Id"])
    if service.instances:
        raise refused(
            "ResourceInUse",
            "Service contains registered instances; delete the instances before deleting the service",
        )
    del caller.registry.services[service.id]
    del service.namespace.services[service.name.lower()]
    return {}
