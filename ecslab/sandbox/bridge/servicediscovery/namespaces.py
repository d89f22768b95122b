"""Namespaces: CreateHttpNamespace, CreatePrivateDnsNamespace, and what follows.

U: sentences without a source.
"""

from moto.ec2.models import ec2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.bridge.servicediscovery import zones
from ecslab.sandbox.bridge.servicediscovery.pages import listed, moment
from ecslab.sandbox.bridge.servicediscovery.requests import (
    Answer,
    IdRequest,
    ListRequest,
    NamespaceRequest,
    NamespaceUpdate,
)
from ecslab.sandbox.bridge.servicediscovery.state import Caller, by_id_or_arn, new_id
from ecslab.sandbox.bridge.servicediscovery.tags import checked_tags
from ecslab.sandbox.bridge.servicediscovery.tracking import Failure, begin
from ecslab.sandbox.bridge.servicediscovery.validation import invalid, refused
from ecslab.sandbox.world.service_discovery.registry import HTTP, PRIVATE, Namespace


def create_http_namespace(params: NamespaceRequest, caller: Caller) -> Answer:
    return create(params, caller, HTTP)


def create_private_dns_namespace(params: NamespaceRequest, caller: Caller) -> Answer:
    return create(params, caller, PRIVATE)


def create(params: NamespaceRequest, caller: Caller, kind: str) -> Answer:
    """Begin with a namespace; it is there when its operation has succeeded."""
    name, vpc = params["Name"], params.get("Vpc", "")
    key, registry = (name.lower(), kind, vpc), caller.registry
    _check_free(caller, key, params)
    namespace_id = new_id("ns")
    request_id = params.get("CreatorRequestId") or str(rng.uuid4())
    soa = params.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
    namespace = Namespace(
        namespace_id, caller.arn("namespace", namespace_id), name, kind, caller.account.clock.timestamp(),
        request_id, params.get("Description"), vpc, tags=checked_tags(params.get("Tags", ())),
    )  # fmt: skip
    namespace.soa_ttl = soa.get("TTL", namespace.soa_ttl)
    registry.pending[key] = namespace_id

    def work() -> Failure | None:
        del registry.pending[key]
        failure = _zone_failure(namespace, caller) if kind == PRIVATE else None
        if failure is None:
            if kind == PRIVATE:
                zones.create(namespace, caller.region)
            registry.namespaces[namespace.id] = namespace
        return failure

    step = "http_namespace_created" if kind == HTTP else "namespace_created"
    return begin(caller, "CREATE_NAMESPACE", {"NAMESPACE": namespace.id}, work, step)


def _check_free(caller: Caller, key: tuple[str, str, str], params: NamespaceRequest) -> None:
    """Refuse a name that a namespace has already: of the account's HTTP ones, or of one VPC's."""
    registry, kind = caller.registry, key[1]
    pending = registry.pending.get(key)
    if pending and params.get("CreatorRequestId"):
        sentence = "Another operation of the same kind is in progress for this namespace."
        raise refused("DuplicateRequest", sentence, DuplicateOperationId=_operation_of(caller, pending))
    for namespace in registry.namespaces.values():
        if namespace.kind == kind and (namespace.name.lower(), namespace.vpc) == (key[0], key[2]):
            raise refused(
                "NamespaceAlreadyExists", "Namespace already exists.",
                CreatorRequestId=namespace.request_id, NamespaceId=namespace.id,
            )  # fmt: skip
    if pending:
        raise refused("NamespaceAlreadyExists", "Namespace already exists.", NamespaceId=pending)


def _operation_of(caller: Caller, namespace_id: str) -> str:
    operations = caller.registry.operations.values()
    return next((each.id for each in operations if each.targets.get("NAMESPACE") == namespace_id), "")


def _zone_failure(namespace: Namespace, caller: Caller) -> Failure | None:
    """Why Route 53 would not make the zone."""
    # made here if need be: a replay has none before the first change to EC2, for looks are not replayed
    if namespace.vpc not in ec2_backends[current_account().id][caller.region].vpcs:
        text = f"The VPC ID '{namespace.vpc}' does not exist"
        return _of_route53(f"The VPC: {namespace.vpc} that you provided is not valid. {text}", "InvalidVPCId")
    for zone in backend("route53").zones.values():
        is_same = zone.private_zone and zone.name.rstrip(".").lower() == namespace.name.lower()
        if is_same and any(vpc.get("vpc_id") == namespace.vpc for vpc in zone.vpcs):
            return _of_route53(
                f"The VPC {namespace.vpc} in region {caller.region} has already been associated with the "
                f"hosted zone {zone.resource_id} with the same domain name.", "ConflictingDomainExists",
            )  # fmt: skip
    return None


def _of_route53(sentence: str, code: str) -> Failure:
    about = f"(Service: AmazonRoute53; Status Code: 400; Error Code: {code}; Request ID: {rng.uuid4()})"
    return "CANNOT_CREATE_HOSTED_ZONE", f"{sentence} {about}"


def find(caller: Caller, identifier: str) -> Namespace:
    """The namespace with this id or ARN.

    Raises:
        AwsError: NamespaceNotFound.
    """
    namespace = by_id_or_arn(caller.registry.namespaces, identifier)
    if namespace is None:
        raise refused("NamespaceNotFound", f"The namespace {identifier} was not found.")  # U
    return namespace


def get_namespace(params: IdRequest, caller: Caller) -> Answer:
    namespace = find(caller, params["Id"])
    return {"Namespace": _view(namespace, caller) | {"CreatorRequestId": namespace.request_id}}


def list_namespaces(params: ListRequest, caller: Caller) -> Answer:
    namespaces = caller.registry.namespaces.values()
    return listed("Namespaces", namespaces, params, _values, lambda each: _view(each, caller))


def _values(namespace: Namespace) -> dict[str, str | float | None]:
    owner = "SELF"  # nobody shares namespaces with the account
    return {"TYPE": namespace.kind, "NAME": namespace.name, "HTTP_NAME": namespace.name,
            "RESOURCE_OWNER": owner}  # fmt: skip


def _view(namespace: Namespace, caller: Caller) -> Answer:
    properties: Answer = {"HttpProperties": {"HttpName": namespace.name}}
    if namespace.kind == PRIVATE:
        soa = {"SOA": {"TTL": namespace.soa_ttl}}
        properties = {"DnsProperties": {"HostedZoneId": namespace.zone_id, **soa}, **properties}
    described = {"Description": namespace.description} if namespace.description else {}
    return {
        "Id": namespace.id,
        "Arn": namespace.arn,
        "ResourceOwner": caller.account.id,
        "Name": namespace.name,
        "Type": namespace.kind,
        **described,
        "ServiceCount": len(namespace.services),
        "Properties": properties,
        "CreateDate": moment(namespace.created_at),
    }


def update_http_namespace(params: NamespaceUpdate, caller: Caller) -> Answer:
    return _update(params, caller, HTTP)


def update_private_dns_namespace(params: NamespaceUpdate, caller: Caller) -> Answer:
    return _update(params, caller, PRIVATE)


def _update(params: NamespaceUpdate, caller: Caller, kind: str) -> Answer:
    namespace, change = find(caller, params["Id"]), params["Namespace"]
    if namespace.kind != kind:
        raise invalid(f"The namespace {namespace.id} is of the type {namespace.kind}.")
    soa = change.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})

    def work() -> None:
        namespace.description = change.get("Description", namespace.description)
        namespace.soa_ttl = soa.get("TTL", namespace.soa_ttl)

    return begin(caller, "UPDATE_NAMESPACE", {"NAMESPACE": namespace.id}, work)


def delete_namespace(params: IdRequest, caller: Caller) -> Answer:
    namespace = find(caller, params["Id"])
    if namespace.services:
        raise refused(
            "ResourceInUse",
            "Namespace contains registered services; delete the services before deleting the namespace",
        )  # U: after the sentence for services

    def work() -> Failure | None:
        if namespace.services:
            return "RESOURCE_IN_USE", "Namespace contains registered services"
        caller.registry.namespaces.pop(namespace.id, None)
        zones.delete(namespace)
        return None

    return begin(caller, "DELETE_NAMESPACE", {"NAMESPACE": namespace.id}, work)
