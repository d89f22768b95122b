"""Cloud Map: namespaces, the names in them, and what is registered under a name. Stage 10.

https://docs.aws.amazon.com/cloud-map/latest/dg/what-is-cloud-map.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.display.tables import Table
from ecslab.errors import EcslabError, NotThere


class Namespace(TypedDict):
    """What API_NamespaceSummary has of a namespace; `Type` is DNS_PRIVATE, DNS_PUBLIC or HTTP."""

    Id: str
    Arn: str
    Name: str
    Type: str


class Record(TypedDict):
    """API_DnsRecord: `Type` is A, AAAA, SRV or CNAME."""

    Type: str
    TTL: int


class DnsConfig(TypedDict, total=False):
    """The records of a service in DNS."""

    DnsRecords: list[Record]


class Service(TypedDict, total=False):
    """What API_ServiceSummary has of a service, which is one name."""

    Id: str
    Arn: str
    Name: str
    DnsConfig: DnsConfig


class Operation(TypedDict, total=False):
    """API_Operation: what Cloud Map has begun, and how it stands."""

    Status: str
    ErrorCode: str
    ErrorMessage: str
    Targets: dict[str, str]


def find_namespace(lab: Connection, name: str) -> Namespace | None:
    """The namespace of that name as ListNamespaces shows it, or None."""
    pages = lab.servicediscovery.get_paginator("list_namespaces").paginate()
    namespaces = cast("list[Namespace]", [each for page in pages for each in page["Namespaces"]])
    return next((each for each in namespaces if each["Name"] == name), None)


def services(lab: Connection, namespace: str) -> list[Service]:
    """The services in a namespace (its name), as ListServices shows them; none if it is not there."""
    held = find_namespace(lab, namespace)
    if not held:
        return []
    within = {"Name": "NAMESPACE_ID", "Values": [held["Id"]]}
    pages = lab.servicediscovery.get_paginator("list_services").paginate(Filters=[within])
    return [each for page in pages for each in page["Services"]]


def find_service(lab: Connection, name: str, namespace: str) -> Service | None:
    """The service of that name in a namespace, or None."""
    return next((each for each in services(lab, namespace) if each["Name"] == name), None)


def wait_until_done(lab: Connection, answer: Mapping[str, object], limit: float = 300) -> dict[str, str]:
    """Wait for what Cloud Map has only begun, and return what it is about: `{"NAMESPACE": "ns-…"}`.

    Args:
        answer: of the call that began it; it has an `OperationId`.

    Raises:
        EcslabError: it failed, with Cloud Map's own words.
        StillWaiting: it is not over after `limit` seconds.
    """

    def over() -> Operation | None:
        asked = {"OperationId": answer["OperationId"]}
        operation = cast("Operation", lab.servicediscovery.get_operation(**asked)["Operation"])
        return operation if operation["Status"] in ("SUCCESS", "FAIL") else None

    operation = lab.wait(over, "Cloud Map", limit)
    if operation["Status"] == "FAIL":
        raise EcslabError(f"Cloud Map: {operation.get('ErrorMessage') or operation.get('ErrorCode')}")
    return dict(operation["Targets"])


def instances(lab: Connection, name: str, namespace: str) -> Table:
    """What is registered under a name: the id and the address of each instance.

    Raises:
        NotThere: there is no such service in the namespace.
    """
    service = find_service(lab, name, namespace)
    if not service:
        raise NotThere(f"there is no service {name} in the namespace {namespace} of Cloud Map.")
    listed = lab.servicediscovery.list_instances(ServiceId=service["Id"])["Instances"]
    rows = tuple(
        (each["Id"][:8], each["Attributes"].get("AWS_INSTANCE_IPV4", ""))
        for each in sorted(listed, key=lambda each: str(each["Id"]))
    )
    return Table(f"{name}.{namespace}", ("instance", "address"), rows)


def delete_namespace(lab: Connection, name: str) -> bool:
    """Delete a namespace, and before it its services and what is still registered; True if it was there."""
    namespace = find_namespace(lab, name)
    if not namespace:
        return False
    client = lab.servicediscovery
    for service in services(lab, name):
        for instance in client.list_instances(ServiceId=service["Id"])["Instances"]:
            begun = or_none_if_missing(
                client.deregister_instance, ServiceId=service["Id"], InstanceId=instance["Id"]
            )
            if begun:
                wait_until_done(lab, begun)
        or_none_if_missing(client.delete_service, Id=service["Id"])
    begun = or_none_if_missing(client.delete_namespace, Id=namespace["Id"])
    if begun:
        wait_until_done(lab, begun)
    return True
