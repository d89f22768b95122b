"""From a request for an operation of Cloud Map to the function that carries it out."""

from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.servicediscovery import instances, namespaces, services, tags, tracking
from ecslab.sandbox.bridge.servicediscovery.requests import Answer
from ecslab.sandbox.bridge.servicediscovery.state import Caller, of
from ecslab.sandbox.bridge.servicediscovery.validation import checked_input

__all__ = ["OPERATIONS", "call"]

OPERATIONS: Final[Mapping[str, Callable[..., Answer]]] = {
    "CreateHttpNamespace": namespaces.create_http_namespace,
    "CreatePrivateDnsNamespace": namespaces.create_private_dns_namespace,
    "CreateService": services.create_service,
    "DeleteNamespace": namespaces.delete_namespace,
    "DeleteService": services.delete_service,
    "DeregisterInstance": instances.deregister_instance,
    "DiscoverInstances": instances.discover_instances,
    "DiscoverInstancesRevision": instances.discover_instances_revision,
    "GetInstance": instances.get_instance,
    "GetInstancesHealthStatus": instances.get_instances_health_status,
    "GetNamespace": namespaces.get_namespace,
    "GetOperation": tracking.get_operation,
    "GetService": services.get_service,
    "ListInstances": instances.list_instances,
    "ListNamespaces": namespaces.list_namespaces,
    "ListOperations": tracking.list_operations,
    "ListServices": services.list_services,
    "ListTagsForResource": tags.list_tags_for_resource,
    "RegisterInstance": instances.register_instance,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "UpdateHttpNamespace": namespaces.update_http_namespace,
    "UpdateInstanceCustomHealthStatus": instances.update_instance_custom_health_status,
    "UpdatePrivateDnsNamespace": namespaces.update_private_dns_namespace,
    "UpdateService": services.update_service,
}
"""What is carried; each takes its input, checked before, and gives its output with datetimes in it."""


def call(operation: str, given: Mapping[str, object], region: str) -> Answer:
    """Carry out an operation for the account that answers now; AwsError in AWS's words."""
    params = checked_input(operation, given)
    return OPERATIONS[operation](params, Caller(current_account(), region, of(region)))
