"""What the account shows of launch templates, Auto Scaling groups and capacity providers. Reads alone."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.resources import arguments

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import LaunchTemplateVersionTypeDef
    from mypy_boto3_ecs.type_defs import CapacityProviderTypeDef

_CLUSTER: Final = re.compile(r"ECS_CLUSTER=[\"']?([\w-]+)")


def template(lab: Connection, name: str) -> LaunchTemplateVersionTypeDef | None:
    """The newest version of a launch template as DescribeLaunchTemplateVersions shows it, or None."""
    arguments.lab(lab)
    arguments.text("name", name, "adgu-ec2")
    try:
        versions = lab.ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest"])
    except ClientError as error:
        if "NotFound" in str(error):
            return None
        raise
    return versions["LaunchTemplateVersions"][0]


def cluster_in(template: LaunchTemplateVersionTypeDef) -> str:
    """The cluster that the user data of a template names; "" where it names none."""
    arguments.described(
        "template", template, "LaunchTemplateData", "DescribeLaunchTemplateVersions",
        "ecslab.instance_group.template(lab, name) gives one, or None where there is none",
    )  # fmt: skip
    encoded = template["LaunchTemplateData"].get("UserData", "")
    try:
        text = base64.b64decode(encoded).decode()
    except ValueError:
        return ""
    clusters = _CLUSTER.findall(text)
    return clusters[-1] if clusters else ""


def group(lab: Connection, name: str) -> Any:
    """The Auto Scaling group as DescribeAutoScalingGroups shows it, or None."""
    arguments.lab(lab)
    arguments.text("name", name, "adgu-ec2")
    shown = lab.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return shown["AutoScalingGroups"][0] if shown["AutoScalingGroups"] else None


def provider(lab: Connection, name: str) -> CapacityProviderTypeDef | None:
    """The capacity provider as DescribeCapacityProviders shows it, or None; a deleted one is none."""
    arguments.lab(lab)
    arguments.text("name", name, "adgu-ec2")
    shown = lab.ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"]
    return shown[0] if shown and shown[0]["status"] == "ACTIVE" else None
