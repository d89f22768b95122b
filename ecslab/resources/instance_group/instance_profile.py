"""The instance profile: the role by which an EC2 instance, and the container agent on it, call AWS.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
"""

from __future__ import annotations

from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.resources import role

PROFILE: Final = "adguInstanceRole"
POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"


def create(lab: Connection, base: str = PROFILE, policy: str = POLICY) -> str:
    """The name of the profile, made with a role of the same name if it is not there.

    The role trusts EC2, and allows what the agent needs: to register, to report, to pull images from ECR.

    Args:
        base: its name before the lab's prefix.
        policy: the ARN of AWS's policy that the role gets.

    Raises:
        NotOurs: on a real account, somebody else has a role of that name.
    """
    name = lab.name(base)
    role.create(lab, name, trust("ec2.amazonaws.com"), policy)
    if not find(lab, base):
        lab.iam.create_instance_profile(InstanceProfileName=name, Tags=lab.tags("iam"))
        lab.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def trust(service: str) -> dict[str, object]:
    """A trust policy: this service of AWS may assume the role."""
    allow = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [allow]}


def find(lab: Connection, base: str = PROFILE) -> Any:
    """The profile as GetInstanceProfile shows it, or None."""
    shown = or_none_if_missing(lab.iam.get_instance_profile, InstanceProfileName=lab.name(base))
    return shown["InstanceProfile"] if shown else None


def delete(lab: Connection, base: str = PROFILE) -> None:
    """Delete the profile and its role. Does nothing if they are not there."""
    name = lab.name(base)
    if profile := find(lab, base):
        for each in profile["Roles"]:
            lab.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=each["RoleName"])
        lab.iam.delete_instance_profile(InstanceProfileName=name)
    role.delete(lab, name)
