"""API operations PutAttributes, DeleteAttributes and ListAttributes: what tells instances apart.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
"""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import clusters, hosted_tasks
from ecslab.sandbox.bridge.ecs.instances import operations
from ecslab.sandbox.bridge.ecs.shapes import Answer, page
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.container_instance import attribute_rules
from ecslab.sandbox.world.container_instance.container_instance import MOST_ATTRIBUTES, ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ecs import type_defs as api

MOST_AT_ONCE: Final = 10
"""Attributes in one call (API)."""
RESERVES: Final = 9
"""The behaviour from which on nobody overwrites what ECS and its agent say of an instance."""


def put_attributes(params: "api.PutAttributesRequestTypeDef", caller: Caller) -> Answer:
    """Put attributes on instances; none is put if one cannot be."""
    cluster = clusters.find(caller, params.get("cluster"))
    pairs = _targets(cluster, params["attributes"])
    for each, instance in pairs:
        _check(each, instance)
        added = {other["name"] for other, target in pairs if target is instance} - set(instance.attributes)
        if len(instance.custom_attributes() | added) > MOST_ATTRIBUTES:
            raise AwsError(  # U: the sentence
                "AttributeLimitExceededException",
                f"You can have at most {MOST_ATTRIBUTES} custom attributes per resource.",
            )
    for each, instance in pairs:
        instance.attributes[each["name"]] = each.get("value")
        _changed(cluster, instance)
    return {"attributes": [dict(each) for each, _ in pairs]}


def delete_attributes(params: "api.DeleteAttributesRequestTypeDef", caller: Caller) -> Answer:
    """Take custom attributes off instances; one that is not there is passed over."""
    cluster = clusters.find(caller, params.get("cluster"))
    pairs = _targets(cluster, params["attributes"])
    deleted = []
    for each, instance in pairs:
        value = each.get("value", instance.attributes.get(each["name"]))
        held = each["name"] in instance.custom_attributes()
        if held and instance.attributes[each["name"]] == value:
            del instance.attributes[each["name"]]
            _changed(cluster, instance)
            deleted.append(dict(each))
    return {"attributes": deleted}


def list_attributes(params: "api.ListAttributesRequestTypeDef", caller: Caller) -> Answer:
    """Attributes of a cluster's instances, by name and value."""
    cluster = clusters.find(caller, params.get("cluster"))
    name, value = params.get("attributeName"), params.get("attributeValue")
    if value is not None and not name:  # U
        raise invalid("attributeName must be specified when attributeValue is specified.")
    rows = [
        {"name": held, "targetId": instance.arn} | ({} if of is None else {"value": of})
        for instance in operations.registered(cluster)
        for held, of in instance.attributes.items()
        if (not name or held == name) and (value is None or of == value)
    ]
    return page("attributes", rows, params)


def _targets(
    cluster: Cluster, given: "Sequence[api.AttributeTypeDef]"
) -> "list[tuple[api.AttributeTypeDef, ContainerInstance]]":
    """Each attribute with the instance it is for."""
    if not given:  # U
        raise invalid("Attributes cannot be empty.")
    if len(given) > MOST_AT_ONCE:
        raise invalid(f"attributes can have at most {MOST_AT_ONCE} items.")  # U
    return [(each, _target(cluster, each.get("targetId", ""))) for each in given]


def _target(cluster: Cluster, reference: str) -> ContainerInstance:
    instance_id = reference.rpartition("/")[2]
    known = cluster.placement.instances.get(instance_id) if cluster.placement else None
    if not isinstance(known, ContainerInstance) or (reference != instance_id and known.arn != reference):
        raise AwsError("TargetNotFoundException", f"Could not find {reference}")  # U: moto's
    return known


def _check(attribute: "api.AttributeTypeDef", instance: ContainerInstance) -> None:
    """Refuse what cannot be an attribute, and ECS's own."""
    name = attribute["name"]
    problem = attribute_rules.problem(name, attribute.get("value"))
    if problem:
        raise invalid(problem)
    if attribute_rules.reserved(name, instance.built_in) and current_account().behaviour >= RESERVES:
        raise invalid(f"Invalid attribute name: {name}")  # U


def _changed(cluster: Cluster, instance: ContainerInstance) -> None:
    assert cluster.placement is not None, "an instance is registered there"
    cluster.placement.changed(instance)
    hosted_tasks.tell_services(cluster)
