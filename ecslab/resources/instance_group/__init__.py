"""EC2 instances for a cluster: launch template, Auto Scaling group, capacity provider. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.resources import arguments, container_instance, network
from ecslab.resources import cluster as clusters
from ecslab.resources.instance_group import instance_profile
from ecslab.resources.instance_group.group_reader import cluster_in, group, provider, template
from ecslab.resources.machines import association

GROUP: Final = "adgu-ec2"
"""What the lesson's launch template, Auto Scaling group and capacity provider are called."""
IMAGE: Final = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
"""The newest ECS-optimized image of Amazon Linux 2023, by the public parameter that names it."""
TYPE: Final = "t3.medium"
MOST: Final = 4
"""So many instances a group may have at the most: a bound for the bill."""
_CLUSTER_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")

__all__ = [
    "GROUP", "IMAGE", "MOST", "TYPE", "cluster_in", "create", "delete", "group", "instance_profile",
    "profile", "provider", "subnets", "template", "user_data",
]  # fmt: skip


def profile(lab: Connection) -> str:
    """The name of the instance profile `adguInstanceRole`; made, with its role, if it is not there."""
    return instance_profile.create(lab)


def user_data(cluster: str, attributes: Mapping[str, str] | None = None) -> str:
    """What an instance does at its first boot, base64 as EC2 wants it: it tells its agent of the cluster.

    Args:
        cluster: in which it is to register.
        attributes: of its own, which placement constraints may name.

    Raises:
        BadArgument: that cannot be the name of a cluster, or the attributes are no names and values.
    """
    if attributes and not _are_attributes(attributes):
        raise arguments.refuse(
            "attributes", attributes, "names and values, as in {'rack': 'a'}, without quotation marks",
            "the same call with other attributes",
        )  # fmt: skip
    if not isinstance(cluster, str) or not _CLUSTER_NAME.fullmatch(cluster):
        raise arguments.refuse(
            "cluster", cluster, "the name of a cluster: letters, digits, - and _",
            "ecslab.instance_group.user_data(lab.names.cluster)",
        )  # fmt: skip
    lines = ["#!/bin/bash", f"echo ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config"]
    if attributes:
        lines.append(f"echo 'ECS_INSTANCE_ATTRIBUTES={json.dumps(attributes)}' >> /etc/ecs/ecs.config")
    return base64.b64encode("\n".join([*lines, ""]).encode()).decode()


def subnets(lab: Connection) -> str:
    """Public subnets of the default VPC in two zones, as an Auto Scaling group takes them: ids and commas."""
    vpc, _ = network.default_subnet(lab)
    zones: dict[str, str] = {}
    for subnet in network.subnets(lab, vpc.id):
        if subnet.public:
            zones.setdefault(subnet.az, subnet.id)
    return ",".join(list(zones.values())[:2])


def create(
    lab: Connection, name: str | None = None, count: int = 1,
    attributes: Mapping[str, str] | None = None, most: int = MOST,
) -> Any:  # fmt: skip
    """Launch template and Auto Scaling group of one name, for the lesson's cluster; made if not there.

    Args:
        name: of both; `adgu-ec2` unless given.
        count: how many instances the group keeps, if it is made now.
        attributes: of its instances, which placement constraints may name.
        most: how many instances it may have.

    Raises:
        BadArgument: `count` is more than `most`, or one of them is no number from 0 on.
        NotConfirmed: on a real account, where no budget for instances is agreed to.

    Returns:
        The group as DescribeAutoScalingGroups shows it.
    """
    arguments.lab(lab)
    name = lab.name(GROUP) if name is None else name
    arguments.text("name", name, GROUP)
    arguments.count("most", most, 0)
    arguments.count("count", count, 0, most)
    _make_template(lab, name, user_data(lab.names.cluster, attributes))
    if not group(lab, name):
        lab.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name},
            MinSize=0,
            MaxSize=most,
            DesiredCapacity=count,
            VPCZoneIdentifier=subnets(lab),
        )
    return group(lab, name)


def _make_template(lab: Connection, name: str, data: str) -> None:
    """A launch template of that name with this user data, if there is none."""
    if not template(lab, name):
        lab.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={
                "ImageId": IMAGE,
                "InstanceType": TYPE,
                "IamInstanceProfile": {"Name": profile(lab)},
                "UserData": data,
            },
        )


def _are_attributes(attributes: object) -> bool:
    """Whether the line for the agent takes them: the shell has it in single quotation marks."""
    texts = [*attributes, *attributes.values()] if isinstance(attributes, Mapping) else [None]
    return all(isinstance(each, str) and "'" not in each for each in texts)


def delete(lab: Connection, name: str | None = None) -> bool:
    """Delete provider, group with its instances, and template of one name; True if a group was there.

    What runs on the instances ends with them. The instance profile stays: others may use it.
    """
    arguments.lab(lab)
    name = lab.name(GROUP) if name is None else name
    _without_provider(lab, name)
    shown = group(lab, name)
    if shown:
        lab.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
        launched = {each["InstanceId"] for each in shown["Instances"]}
        lab.wait(lambda: _gone(lab, name, launched), f"the instances of {name} to end", limit=900)
    if template(lab, name):
        lab.ec2.delete_launch_template(LaunchTemplateName=name)
    return shown is not None


def _gone(lab: Connection, name: str, launched: set[str]) -> bool:
    """Whether the group is gone, and no cluster has its instances any more."""
    known = {each["ec2InstanceId"] for each in container_instance.of_cluster(lab)}
    return group(lab, name) is None and not known & launched


def _without_provider(lab: Connection, name: str) -> None:
    """Take the provider of that name out of the lesson's cluster, and delete it."""
    if not provider(lab, name):
        return
    shown = clusters.find(lab)
    if shown and name in shown["capacityProviders"]:
        association.end(lab, shown, name)
    or_none_if_missing(lab.ecs.delete_capacity_provider, capacityProvider=name)
