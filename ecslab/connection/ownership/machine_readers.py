"""Readers of what tasks run on: Auto Scaling groups, instances, what launches them and lets them register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.arns import reference_of
from ecslab.connection.ownership.resource import Clients, Resource
from ecslab.connection.tags import value_in

_GROUP_TAG: Final = "aws:autoscaling:groupName"
"""Which group an instance is in: nobody but AWS writes tags that begin so."""
_NODE: Final = "mi-"
"""Ids of machines that Systems Manager manages outside EC2 begin so."""


def auto_scaling_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A group by its name or ARN."""
    name = reference_of(reference.id).id if reference.id.startswith("arn:") else reference.id
    answer = clients("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    for group in answer["AutoScalingGroups"]:
        yield Resource(
            reference, group["AutoScalingGroupARN"], group.get("Tags"), since=group.get("CreatedTime")
        )


def instance(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """An instance that is not terminated. Of one in a group the group counts as well."""
    answer = or_none_if_missing(clients("ec2").describe_instances, InstanceIds=[reference.id])
    for reservation in answer["Reservations"] if answer else []:
        for shown in reservation["Instances"]:
            if shown["State"]["Name"] == "terminated":
                continue
            tags = shown.get("Tags")
            group = value_in(tags, _GROUP_TAG)
            container = Reference("Auto Scaling group", group) if group else None
            yield Resource(
                reference, shown["InstanceId"], tags, since=shown.get("LaunchTime"), container=container
            )
            if container:
                yield from auto_scaling_group(clients, container)


def launch_template(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A launch template by its id or name."""
    by = "LaunchTemplateIds" if reference.id.startswith("lt-") else "LaunchTemplateNames"
    answer = or_none_if_missing(clients("ec2").describe_launch_templates, **{by: [reference.id]})
    for template in answer["LaunchTemplates"] if answer else []:
        yield Resource(
            reference, template["LaunchTemplateId"], template.get("Tags"), since=template.get("CreateTime")
        )


def instance_profile(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """An instance profile by its name."""
    answer = or_none_if_missing(clients("iam").get_instance_profile, InstanceProfileName=reference.id)
    if answer:
        shown = answer["InstanceProfile"]
        yield Resource(
            reference, shown["Arn"], shown.get("Tags"), shown["InstanceProfileId"], shown.get("CreateDate")
        )


def capacity_provider(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A capacity provider by its name or ARN, unless it is INACTIVE."""
    answer = clients("ecs").describe_capacity_providers(capacityProviders=[reference.id], include=["TAGS"])
    for provider in answer["capacityProviders"]:
        if provider.get("status") != "INACTIVE":
            yield Resource(reference, provider["capacityProviderArn"], provider.get("tags"))


def container_instance(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A container instance: without a tag it is whose machine it is, or whose provider has launched that."""
    answer = or_none_if_missing(
        clients("ecs").describe_container_instances,
        cluster=reference.cluster, containerInstances=[reference.id], include=["TAGS"],
    )  # fmt: skip
    for shown in answer["containerInstances"] if answer else []:
        if shown["status"] == "INACTIVE":
            continue
        machine, provider = shown.get("ec2InstanceId", ""), shown.get("capacityProviderName", "")
        container = Reference("managed node" if machine.startswith(_NODE) else "instance", machine)
        if not machine or (provider and not any(READ[container.kind](clients, container))):
            container = Reference("capacity provider", provider)
        yield Resource(
            reference,
            shown["containerInstanceArn"],
            shown.get("tags"),
            since=shown.get("registeredAt"),
            container=container if container.id else None,
        )


def activation(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """An activation by its id."""
    wanted = [{"FilterKey": "ActivationIds", "FilterValues": [reference.id]}]
    answer = clients("ssm").describe_activations(Filters=wanted)
    for shown in answer["ActivationList"]:
        yield Resource(reference, shown["ActivationId"], shown.get("Tags"), since=shown.get("CreatedDate"))


def managed_node(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A machine outside EC2, by its id: without a tag it is whose activation it has registered with."""
    ssm = clients("ssm")
    wanted = [{"Key": "InstanceIds", "Values": [reference.id]}]
    for shown in ssm.describe_instance_information(Filters=wanted)["InstanceInformationList"]:
        answer = or_none_if_missing(
            ssm.list_tags_for_resource, ResourceType="ManagedInstance", ResourceId=reference.id
        )
        used = shown.get("ActivationId")
        yield Resource(
            reference,
            shown["InstanceId"],
            answer["TagList"] if answer else None,
            since=shown.get("RegistrationDate"),
            container=Reference("activation", used) if used else None,
        )


READ: Final = {"instance": instance, "managed node": managed_node}
"""The readers of machines, by kind."""
