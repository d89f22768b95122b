"""Machines of a lab outside AWS: activations of Systems Manager, and the nodes that used them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import owner_in
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import ActivationTypeDef, InstanceInformationTypeDef


class Nodes:
    """Activations and managed nodes, as one survey sees them.

    Attributes:
        activations: the lab's, by id.
        own: the lab's nodes, by id: those with its tag, or without one that have used its activations.
    """

    def __init__(self, survey: Survey):
        self._survey = survey
        looks = survey.may_have("activation")
        listed = list(_activations(survey)) if looks else []
        self.activations = {
            each["ActivationId"]: each
            for each in listed
            if survey.ours(each.get("Tags"), "activation", each["ActivationId"])
        }
        nodes = list(_nodes(survey)) if looks else []
        self.own = {each["InstanceId"]: each for each in nodes if self._owns(each)}

    def _owns(self, node: InstanceInformationTypeDef) -> bool:
        shown = or_none_if_missing(
            self._survey.lab.client("ssm").list_tags_for_resource,
            ResourceType="ManagedInstance", ResourceId=node["InstanceId"],
        )  # fmt: skip
        tags = shown["TagList"] if shown else []
        if owner_in(tags) is not None:
            return self._survey.ours(tags)
        used = node.get("ActivationId", "")
        return used in self.activations or self._survey.recorded("activation", used)


def _activations(survey: Survey) -> Iterator[ActivationTypeDef]:
    for page in survey.lab.client("ssm").get_paginator("describe_activations").paginate():
        yield from page["ActivationList"]


def _nodes(survey: Survey) -> Iterator[InstanceInformationTypeDef]:
    outside = [{"Key": "ResourceType", "Values": ["ManagedInstance"]}]
    for page in (
        survey.lab.client("ssm").get_paginator("describe_instance_information").paginate(Filters=outside)
    ):
        yield from page["InstanceInformationList"]


def managed_nodes(survey: Survey) -> Iterator[Resource]:
    """The nodes, with what ECS asks for one that is registered in a cluster."""
    registered = {
        shown.get("ec2InstanceId")
        for cluster in survey.clusters
        for shown in survey.container_instances(cluster)
    }
    for node_id, shown in survey.look(Nodes).own.items():
        hourly = prices.EXTERNAL_INSTANCE_HOUR if node_id in registered else 0.0
        name = shown.get("Name") or shown.get("ComputerName") or ""
        yield Resource("managed node", f"{node_id} ({name})" if name else node_id, node_id, hourly=hourly)


def activations(survey: Survey) -> Iterator[Resource]:
    """The activations, those that have expired too."""
    for activation_id in survey.look(Nodes).activations:
        yield Resource("activation", activation_id, activation_id)
