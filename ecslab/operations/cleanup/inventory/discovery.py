"""What a lab has in Cloud Map: namespaces, and the services in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources.cloud_map import Namespace

_PRIVATE: Final = "DNS_PRIVATE"


def namespaces(survey: Survey) -> Iterator[Resource]:
    """The namespaces that the ledger names; a private one costs what its hosted zone does."""
    for namespace in _named(survey):
        name, hourly = namespace["Name"], prices.HOSTED_ZONE_HOUR if namespace["Type"] == _PRIVATE else 0.0
        ours = _ours(survey, namespace)
        yield Resource(_kind(namespace), name, namespace["Id"], hourly=hourly, ours=ours)


def private_namespaces(survey: Survey) -> Iterator[Resource]:
    """The private ones among them."""
    return (each for each in namespaces(survey) if each.kind == "namespace")


def http_namespaces(survey: Survey) -> Iterator[Resource]:
    """Those that the API alone knows."""
    return (each for each in namespaces(survey) if each.kind == "HTTP namespace")


def services(survey: Survey) -> Iterator[Resource]:
    """The services in those namespaces: the lab's, and in the lab's own those without a tag."""
    for namespace in _named(survey):
        cloud_map, own = survey.lab.client("servicediscovery"), _ours(survey, namespace)
        held = {"Name": "NAMESPACE_ID", "Values": [namespace["Id"]]}
        for page in cloud_map.get_paginator("list_services").paginate(Filters=[held]):
            for service in page["Services"]:
                arn = service["Arn"]
                tags = cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"]
                ours = survey.ours(tags, "discovery service", arn) or (own and not tags)
                name = f"{service['Name']}.{namespace['Name']}"
                yield Resource("discovery service", name, service["Id"], ours=ours)


def delete_service(lab: Connection, resource: Resource) -> None:
    """Delete a service, and before it what is still registered in it."""
    cloud_map = lab.client("servicediscovery")
    listed = or_none_if_missing(cloud_map.list_instances, ServiceId=resource.id)
    begun = [
        or_none_if_missing(cloud_map.deregister_instance, ServiceId=resource.id, InstanceId=instance["Id"])
        for instance in (listed["Instances"] if listed else [])
    ]
    for operation in begun:
        if operation:
            _wait(lab, operation["OperationId"])
    or_none_if_missing(cloud_map.delete_service, Id=resource.id)


def delete_namespace(lab: Connection, resource: Resource) -> None:
    """Delete a namespace, and wait until it is gone."""
    begun = or_none_if_missing(lab.client("servicediscovery").delete_namespace, Id=resource.id)
    if begun:
        _wait(lab, begun["OperationId"])


def _wait(lab: Connection, operation_id: str) -> None:
    cloud_map = lab.client("servicediscovery")

    def status() -> str:
        return str(cloud_map.get_operation(OperationId=operation_id)["Operation"]["Status"])

    lab.wait(lambda: status() in ("SUCCESS", "FAIL"), "Cloud Map's operation", limit=300)


def _names(survey: Survey) -> set[str]:
    return {name for kind in ("namespace", "HTTP namespace") for name in survey.names(kind)}


def _named(survey: Survey) -> Iterator[Namespace]:
    wanted = _names(survey)
    if wanted:
        cloud_map = survey.lab.client("servicediscovery")
        survey.lab.wait(lambda: not _begun(survey.lab), "namespaces that are being made", limit=300)
        for page in cloud_map.get_paginator("list_namespaces").paginate():
            yield from (each for each in page["Namespaces"] if each["Name"] in wanted)


def _begun(lab: Connection) -> bool:
    """Whether an operation will make a namespace, which nobody lists until then."""
    wanted = [{"Name": "TYPE", "Values": ["CREATE_NAMESPACE"]},
              {"Name": "STATUS", "Values": ["SUBMITTED", "PENDING"], "Condition": "IN"}]  # fmt: skip
    return bool(lab.client("servicediscovery").list_operations(Filters=wanted)["Operations"])


def _ours(survey: Survey, namespace: Namespace) -> bool:
    cloud_map = survey.lab.client("servicediscovery")
    tags = cloud_map.list_tags_for_resource(ResourceARN=namespace["Arn"])["Tags"]
    return survey.ours(tags, _kind(namespace), namespace["Arn"])


def _kind(namespace: Namespace) -> str:
    return "namespace" if namespace["Type"] == _PRIVATE else "HTTP namespace"
