"""Reads Auto Scaling groups, instances, launch templates and capacity providers.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Required, TypedDict

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeDef, LaunchTemplateTypeDef
    from mypy_boto3_ecs.type_defs import CapacityProviderTypeDef, ContainerInstanceTypeDef


class GroupInstance(TypedDict):
    """`Instance` of DescribeAutoScalingGroups, as far as the course reads it."""

    InstanceId: str
    LifecycleState: str
    ProtectedFromScaleIn: bool


class Group(TypedDict, total=False):
    """`AutoScalingGroup` of DescribeAutoScalingGroups, as far as the course reads it."""

    AutoScalingGroupName: Required[str]
    AutoScalingGroupARN: Required[str]
    MinSize: Required[int]
    MaxSize: Required[int]
    DesiredCapacity: Required[int]
    Instances: Required[list[GroupInstance]]
    NewInstancesProtectedFromScaleIn: bool
    Status: str
    Tags: list[dict[str, object]]


GROUP_TAG: Final = "aws:autoscaling:groupName"
"""The tag that tells an instance's group."""
TEMPLATE_TAG: Final = "aws:ec2launchtemplate:id"
"""The tag that tells what an instance was launched from."""
LAUNCHERS: Final = ("instance", "Auto Scaling group", "capacity provider", "launch template")
"""Kinds of resources, as the ledger has them: a lab that has instances has made one of them."""
_MANAGED_TAG: Final = "AmazonECSManaged"
ALIVE: Final = ("pending", "running", "stopping", "stopped")
_MOST_GROUPS: Final = 50  # names in one DescribeAutoScalingGroups
_MOST_INSTANCES: Final = 100  # in one DescribeContainerInstances


def groups(
    lab: Connection, names: Sequence[str] = (), tags: Mapping[str, str] | None = None
) -> Iterator[Group]:
    """Auto Scaling groups of these names, or with these tags; none where neither is given."""
    pages = lab.client("autoscaling").get_paginator("describe_auto_scaling_groups")
    asked: list[dict[str, object]] = [
        {"AutoScalingGroupNames": part} for part in batches(names, _MOST_GROUPS)
    ]
    if tags:
        asked.append({"Filters": [{"Name": f"tag:{key}", "Values": [tags[key]]} for key in tags]})
    for each in asked:
        for page in pages.paginate(**each):
            yield from page["AutoScalingGroups"]


def instances(lab: Connection, filters: Mapping[str, Sequence[str]]) -> Iterator[InstanceTypeDef]:
    """The instances that a filter of DescribeInstances selects, without those that end or have ended."""
    asked = _filters({**filters, "instance-state-name": ALIVE})
    for page in lab.ec2.get_paginator("describe_instances").paginate(Filters=asked):
        for reservation in page["Reservations"]:
            yield from reservation["Instances"]


def states(lab: Connection, ids: Sequence[str]) -> dict[str, str]:
    """In which state instances are, by their ids; AWS forgets those that ended an hour ago."""
    pages = lab.ec2.get_paginator("describe_instances").paginate(Filters=_filters({"instance-id": ids}))
    return {
        each["InstanceId"]: each["State"]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for each in reservation["Instances"]
    }


def _filters(wanted: Mapping[str, Sequence[str]]) -> list[FilterTypeDef]:
    return [{"Name": name, "Values": list(values)} for name, values in wanted.items()]


def is_managed(instance: InstanceTypeDef) -> bool:
    """Whether a service of AWS manages the instance, as ECS does: nobody else may end it then."""
    tags = {tag.get("Key") for tag in instance.get("Tags", [])}
    by_ecs = _MANAGED_TAG in tags and GROUP_TAG not in tags  # groups hand that tag on, too
    return by_ecs or bool(instance.get("Operator", {}).get("Managed"))


def is_outside(machine_id: str) -> bool:
    """Whether a machine is none of EC2's, but one that Systems Manager manages."""
    return machine_id.startswith("mi-")


def launch_templates(
    lab: Connection, filters: Mapping[str, Sequence[str]]
) -> Iterator[LaunchTemplateTypeDef]:
    """The launch templates that a filter of DescribeLaunchTemplates selects."""
    for page in lab.ec2.get_paginator("describe_launch_templates").paginate(Filters=_filters(filters)):
        yield from page["LaunchTemplates"]


def capacity_providers(lab: Connection) -> Iterator[CapacityProviderTypeDef]:
    """All capacity providers of the Region that are not INACTIVE, with their tags; Fargate's two included."""
    answer = lab.ecs.describe_capacity_providers(include=["TAGS"])
    while True:
        yield from (each for each in answer["capacityProviders"] if each.get("status") != "INACTIVE")
        if not answer.get("nextToken"):
            return
        answer = lab.ecs.describe_capacity_providers(include=["TAGS"], nextToken=answer["nextToken"])


def container_instances(lab: Connection, cluster: str) -> Iterator[ContainerInstanceTypeDef]:
    """The container instances of a cluster that are not INACTIVE, with their tags."""
    pages = lab.ecs.get_paginator("list_container_instances").paginate(cluster=cluster)
    return described(lab, cluster, [arn for page in pages for arn in page["containerInstanceArns"]])


def described(lab: Connection, cluster: str, arns: Sequence[str]) -> Iterator[ContainerInstanceTypeDef]:
    """Container instances of a cluster by their ARNs, with their tags."""
    for part in batches(arns, _MOST_INSTANCES):
        answer = lab.ecs.describe_container_instances(
            cluster=cluster, containerInstances=part, include=["TAGS"]
        )
        yield from answer["containerInstances"]
