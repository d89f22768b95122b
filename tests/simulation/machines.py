"""Histories on EC2: what they begin with, and how they are made whole again."""

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from ecslab.sandbox.world.errors import AwsError
from tests.simulation import ground
from tests.simulation.ground import CLUSTER

ROLE = "instances"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
TRUST = ground.TRUST.replace("ecs-tasks", "ec2")
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
USER_DATA = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
BOOTED = 400.0
"""Seconds in which an instance has registered that can."""
ENOUGH = 3
"""Machines in each zone with which everything that is asked for has room."""
HOSTED: dict[str, dict[str, Any]] = {
    "bridged": {"memory": 700, "ports": [{"containerPort": 80}]},
    "fixed": {"memory": 200, "ports": [{"containerPort": 80, "hostPort": 8080}]},
    "hosted": {"memory": 150, "ports": [{"containerPort": 80}], "mode": "host"},
    "linked": {"memory": 100, "ports": [], "mode": "awsvpc"},
}
"""Families of task definitions for EC2."""
SMALL = "small"
"""The family of the daemon."""


# what a history begins with


def furnish(world: Any) -> None:
    """Instance profile, task definitions, a daemon, and two instances in two zones."""
    ask = world.ask
    ask("iam", "CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    ask("iam", "AttachRolePolicy", RoleName=ROLE, PolicyArn=POLICY)
    ask("iam", "CreateInstanceProfile", InstanceProfileName=ROLE)
    ask("iam", "AddRoleToInstanceProfile", InstanceProfileName=ROLE, RoleName=ROLE)
    for family, about in {**HOSTED, SMALL: {"memory": 50, "ports": []}}.items():
        container = {
            "name": "web", "image": "busybox", "command": ["sleep", "infinity"], "stopTimeout": 3,
            "memory": about["memory"], "portMappings": about["ports"],
        }  # fmt: skip
        ask("ecs", "RegisterTaskDefinition", family=family, networkMode=about.get("mode", "bridge"),
            requiresCompatibilities=["EC2"], containerDefinitions=[container])  # fmt: skip
    ask("ecs", "CreateService", cluster=CLUSTER, serviceName="agent", taskDefinition=SMALL, launchType="EC2",
        schedulingStrategy="DAEMON")  # fmt: skip
    for place in (0, 1):
        launch(world, place, "t3.medium")
    world.run(BOOTED)


def launch(world: Any, place: int, kind: str) -> str:
    """How the launch of a machine ended."""
    image = world.ask("ssm", "GetParameter", Name=PARAMETER)["Parameter"]["Value"]
    return world.attempt(
        "ec2", "RunInstances", ImageId=image, InstanceType=kind, MinCount=1, MaxCount=1,
        SubnetId=world.subnets[place], IamInstanceProfile={"Name": ROLE},
        UserData=base64.b64encode(USER_DATA.encode()).decode(),
    )  # fmt: skip


def placement(world: Any) -> Any:
    """The container instances of the cluster; None without one."""
    region = world.account.regions.get("us-east-1")
    cluster = region and region.clusters.get(CLUSTER)
    return cluster.placement if cluster else None


def known(world: Any) -> list[Any]:
    """The container instances that are registered, in their order."""
    held = placement(world)
    return list(held.instances.values()) if held else []


def machines_of(world: Any) -> Iterator[dict[str, Any]]:
    """EC2's instances, terminated ones too."""
    for reservation in world.ask("ec2", "DescribeInstances").get("Reservations", []):
        yield from reservation["Instances"]


# made whole again


def mend(world: Any) -> None:
    """Agents that can are connected, and there is room for everything; what drains goes on."""
    for instance in known(world):
        if not instance.agent_connected:
            world.inject("agent", instance=instance.ec2_id, connected=True)
    for place in (0, 1):
        for _ in range(ENOUGH):
            launch(world, place, "m5.large")


def leave(world: Any) -> None:
    """No machine runs any more."""
    ids = [each["InstanceId"] for each in machines_of(world) if each["State"]["Name"] != "terminated"]
    if ids:
        world.ask("ec2", "TerminateInstances", InstanceIds=ids)
    for instance in known(world):
        with contextlib.suppress(AwsError):
            world.ask("ecs", "DeregisterContainerInstance", cluster=CLUSTER, containerInstance=instance.arn,
                      force=True)  # fmt: skip


def shown(world: Any) -> Iterator[tuple[str, Any]]:
    """What the API shows of instances."""
    arns = world.look("ecs", "ListContainerInstances", cluster=CLUSTER).get("containerInstanceArns", [])
    described = {"cluster": CLUSTER, "containerInstances": arns, "include": ["CONTAINER_INSTANCE_HEALTH"]}
    yield "instances", world.look("ecs", "DescribeContainerInstances", **described) if arns else None
    yield "attributes", len(json.dumps(world.look("ecs", "ListAttributes", cluster=CLUSTER)))
