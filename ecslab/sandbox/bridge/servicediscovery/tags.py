"""Tags of namespaces and services, by their ARNs. U: the sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

from ecslab.sandbox.bridge.servicediscovery.requests import (
    Answer,
    ResourceRequest,
    Tag,
    TagRequest,
    UntagRequest,
)
from ecslab.sandbox.bridge.servicediscovery.state import Caller
from ecslab.sandbox.bridge.servicediscovery.validation import refused
from ecslab.sandbox.world.service_discovery.registry import DiscoveryService, Namespace

MOST: Final = 50  # tags of a resource: Cloud Map quotas


def checked_tags(given: Sequence[Tag]) -> dict[str, str]:
    """The tags of a request; TooManyTagsException for more than a resource may have."""
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) > MOST:
        raise refused("TooManyTagsException", f"A resource can have at most {MOST} tags.")
    return tags


def list_tags_for_resource(params: ResourceRequest, caller: Caller) -> Answer:
    tags = _resource(params, caller).tags
    return {"Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}


def tag_resource(params: TagRequest, caller: Caller) -> Answer:
    add_tags(_resource(params, caller), {tag["Key"]: tag["Value"] for tag in params["Tags"]})
    return {}


def untag_resource(params: UntagRequest, caller: Caller) -> Answer:
    remove_tags(_resource(params, caller), params["TagKeys"])
    return {}


def add_tags(resource: Namespace | DiscoveryService, tags: Mapping[str, str]) -> None:
    """Add tags or change their values; TooManyTagsException if it had too many."""
    together = resource.tags | dict(tags)
    if len(together) > MOST:
        raise refused(
            "TooManyTagsException", f"A resource can have at most {MOST} tags.", ResourceName=resource.arn
        )
    resource.tags = together


def remove_tags(resource: Namespace | DiscoveryService, keys: Sequence[str]) -> None:
    """Take tags away by their keys."""
    resource.tags = {key: value for key, value in resource.tags.items() if key not in keys}


def _resource(params: ResourceRequest, caller: Caller) -> Namespace | DiscoveryService:
    arn = params["ResourceARN"]
    resource_id, registry = arn.rpartition("/")[2], caller.registry
    resource = registry.namespaces.get(resource_id) or registry.services.get(resource_id)
    if resource is None or resource.arn != arn:
        raise refused("ResourceNotFoundException", f"Resource not found for ARN: {arn}")
    return resource
