"""The capacity of faults on EC2: an Auto Scaling group that keeps one instance, and what it is seen to be.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html
"""

import base64
import json
from typing import TYPE_CHECKING, Final, Unpack

from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.builder import Builder
from ecslab.resources import container_instance

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionTypeDef,
        ContainerInstanceTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
    )

IMAGE: Final = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
TYPE: Final = "t3.small"
"""2 GiB, of which the agent registers a little less."""
POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
MOST: Final = 3
"""Instances that the group may have."""
REGISTERED: Final = 400.0
"""Seconds in which an instance has registered that can."""
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def group(builder: Builder, cluster: str | None = None) -> None:
    """Role, instance profile, launch template and Auto Scaling group of one name, with one instance.

    Args:
        cluster: what the user data name; the fault's unless given.
    """
    lab, name = builder.lab, builder.names.instances
    lab.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
    lab.iam.attach_role_policy(RoleName=name, PolicyArn=POLICY)
    lab.iam.create_instance_profile(InstanceProfileName=name)
    lab.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    lab.ec2.create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={
            "ImageId": IMAGE,
            "InstanceType": TYPE,
            "IamInstanceProfile": {"Name": name},
            "UserData": user_data(cluster or builder.names.cluster),
        },
    )
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
        MinSize=0, MaxSize=MOST, DesiredCapacity=1,
        VPCZoneIdentifier=builder.subnets()[0],
    )  # fmt: skip
    builder.pass_time(REGISTERED)


def user_data(cluster: str) -> str:
    """What an instance does at its first boot, as a launch template has it: in base64."""
    text = f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"
    return base64.b64encode(text.encode()).decode()


def task_definition(
    builder: Builder, **container: "Unpack[ContainerDefinitionTypeDef]"
) -> "RegisterTaskDefinitionRequestTypeDef":
    """A task definition for EC2 that works; `container` changes its one container, and has its `memory`."""
    definition = builder.task_definition(**container)
    del definition["cpu"], definition["memory"]
    return definition | {"networkMode": "bridge", "requiresCompatibilities": ["EC2"]}


def service(
    builder: Builder, definition: "RegisterTaskDefinitionRequestTypeDef", desired: int = 1, **more: object
) -> None:
    """A service on EC2 with the name of the definition's family."""
    builder.lab.ecs.create_service(
        cluster=builder.names.cluster,
        serviceName=definition["family"],
        taskDefinition=builder.register(definition),
        launchType="EC2",
        desiredCount=desired,
        tags=builder.lab.tags("ecs"),
        **more,  # type: ignore[arg-type]
    )


# What is seen of it -----------------------------------------------------------------------------------------


def registered(app: Application) -> "list[ContainerInstanceTypeDef]":
    """The container instances of the application's cluster."""
    return container_instance.of_cluster(app.lab, app.names.cluster)


def runs(app: Application, instance: "ContainerInstanceTypeDef") -> bool:
    """Whether the machine of a container instance runs."""
    only: FilterTypeDef = {"Name": "instance-id", "Values": [instance["ec2InstanceId"]]}
    reservations = app.lab.ec2.describe_instances(Filters=[only])["Reservations"]
    machines = [machine for reservation in reservations for machine in reservation["Instances"]]
    return any(machine["State"]["Name"] == "running" for machine in machines)
