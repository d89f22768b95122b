"""ECS Managed Instances: EC2 instances that AWS chooses, launches, patches and ends for a cluster. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.resources import arguments
from ecslab.resources import role as roles
from ecslab.resources.instance_group import instance_profile

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CapacityProviderTypeDef, ContainerInstanceTypeDef

PROVIDER: Final = "adgu-managed"
"""What the lesson's capacity provider, and the service on it, are called."""
ROLE: Final = "adguInfrastructureRole"
PROFILE: Final = "adguManagedInstanceRole"
"""The instance profile and the role in it."""
LAUNCHES: Final = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances"
REGISTERS: Final = "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances"
_KNOWN_AFTER: Final = 15.0
"""Seconds after which ECS knows a new role; AWS gives no figure."""  # U
_PASSES: Final = "pass-the-instance-role"
_AWS_DECIDES: Final = "nothing: AWS drains a managed instance 14 days after its launch, or earlier"


def infrastructure_role(lab: Connection) -> str:
    """The ARN of the role by which ECS launches and ends instances; made, with `profile`, if not there.

    ECS may assume it. AWS's policy lets it pass only roles whose names begin with `ecsInstanceRole`, so it
    gets one of its own for the lesson's.

    Raises:
        NotOurs: on a real account, somebody else has a role of that name.
    """
    name = lab.name(ROLE)
    is_new = roles.find(lab, name) is None
    arn = roles.create(lab, name, instance_profile.trust("ecs.amazonaws.com"), LAUNCHES)
    passed = arn.rpartition("/")[0] + "/" + instance_profile.create(lab, PROFILE, REGISTERS)
    to_ec2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    allow = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": passed, "Condition": to_ec2}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    lab.iam.put_role_policy(RoleName=name, PolicyName=_PASSES, PolicyDocument=document)
    if is_new and lab.place.eventual:  # a call that names it at once would be refused
        known = lab.now() + _KNOWN_AFTER
        lab.wait(lambda: lab.now() >= known, f"ECS to know the new role {name}")
    return arn


def profile(lab: Connection) -> str:
    """The ARN of the instance profile by which the agent on such an instance registers; made if not there.

    Raises:
        NotOurs: on a real account, somebody else has a role of that name.
    """
    instance_profile.create(lab, PROFILE, REGISTERS)
    return cast("str", instance_profile.find(lab, PROFILE)["Arn"])


def provider(lab: Connection, name: str | None = None) -> CapacityProviderTypeDef | None:
    """The capacity provider as DescribeCapacityProviders shows it, whatever its status; None if it is gone.

    Args:
        name: `adgu-managed` unless given.
    """
    arguments.lab(lab)
    shown = lab.ecs.describe_capacity_providers(capacityProviders=[name or lab.name(PROVIDER)])
    there = [each for each in shown["capacityProviders"] if each.get("status") != "INACTIVE"]
    return there[0] if there else None


def wait_until_active(lab: Connection, name: str | None = None) -> CapacityProviderTypeDef:
    """Wait until a capacity provider may be used, which takes seconds; as DescribeCapacityProviders shows it.

    Raises:
        StillWaiting: it is not ACTIVE, or not there.
    """

    def ready() -> CapacityProviderTypeDef | None:
        shown = provider(lab, name)
        return shown if shown and shown["status"] == "ACTIVE" else None

    return lab.wait(ready, f"{name or lab.name(PROVIDER)} to be ACTIVE")


def patch(lab: Connection, instance: ContainerInstanceTypeDef | str | None = None) -> list[str]:
    """Let AWS patch managed instances now: they drain, and services start tasks on others first.

    On a real account AWS drains an instance 14 days after its launch, and ends it after 21, or earlier.

    Args:
        instance: as DescribeContainerInstances shows it, or its id or ARN; every one unless given.

    Returns:
        The ids of the EC2 instances that drain.

    Raises:
        BadArgument: it is nothing of the kind.
        SandboxOnly: the lab is on a real account.
        CannotBeDone: there is no such managed instance; the message says so.
    """
    arguments.lab(lab)
    if lab.where != "sandbox":
        raise SandboxOnly("managed_instances.patch()", _AWS_DECIDES)
    chosen = {}
    if instance is not None:
        chosen["instance"] = instance if isinstance(instance, str) else arguments.described(
            "instance", instance, "containerInstanceArn", "DescribeContainerInstances",
            "instance = ecslab.container_instance.of_cluster(lab)[0]",
        )  # fmt: skip
    return cast("list[str]", lab.control("inject", kind="patch", **chosen)["instances"])


def delete(lab: Connection, name: str | None = None) -> bool:
    """Delete the capacity provider with its instances, and the lesson's roles; True if it was there.

    Services on it have to be deleted before. Nobody but ECS ends its instances.
    """
    there = provider(lab, name)
    if there:
        if there.get("updateStatus") != "DELETE_IN_PROGRESS":
            lab.ecs.delete_capacity_provider(capacityProvider=there["name"], cluster=there["cluster"])
        lab.wait(lambda: provider(lab, name) is None, f"{there['name']} and its instances to go", limit=900)
    roles.delete(lab, lab.name(ROLE))
    instance_profile.delete(lab, PROFILE)
    return there is not None
