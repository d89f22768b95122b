"""Where a cluster's tasks run, read from the account and drawn: on instances, on Fargate, or nowhere yet."""

import json

import pytest

from ecslab import cluster, container_instance
from ecslab.errors import NotThere
from ecslab.resources.container_instance import layout

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
BOOT = 400
"""Seconds in which an instance has registered."""


def launch(lab, count):
    """The cluster, with so many instances that register in it."""
    cluster.create(lab)
    lab.iam.create_role(
        RoleName="machines",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "ec2.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    lab.iam.create_instance_profile(InstanceProfileName="machines")
    lab.iam.add_role_to_instance_profile(InstanceProfileName="machines", RoleName="machines")
    lab.iam.attach_role_policy(RoleName="machines", PolicyArn=POLICY)
    image = lab.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    config = f"#!/bin/bash\necho ECS_CLUSTER={lab.names.cluster} >> /etc/ecs/ecs.config"
    subnets = subnets_of(lab)
    for place in range(count):
        lab.ec2.run_instances(
            ImageId=image, InstanceType="t3.medium", MinCount=1, MaxCount=1, UserData=config,
            SubnetId=subnets[place], IamInstanceProfile={"Name": "machines"},
        )  # fmt: skip
    lab.control("advance", seconds=BOOT)


def subnets_of(lab):
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = lab.ec2.describe_subnets(Filters=default)["Subnets"]
    return [each["SubnetId"] for each in sorted(subnets, key=lambda each: each["AvailabilityZone"])]


def define(lab, family, **more):
    container = {"name": "web", "image": HTTPD, "essential": True} | more.pop("container", {})
    lab.ecs.register_task_definition(family=family, containerDefinitions=[container], **more)


def on_fargate(lab, provider):
    vpc = {"subnets": subnets_of(lab)[:1], "assignPublicIp": "ENABLED"}
    chosen = [{"capacityProvider": provider, "weight": 1}]
    lab.ecs.run_task(
        cluster=lab.names.cluster, taskDefinition="page", capacityProviderStrategy=chosen,
        networkConfiguration={"awsvpcConfiguration": vpc},
    )  # fmt: skip


def test_every_task_is_shown_where_it_runs_with_what_is_set_aside_for_it(lab):
    launch(lab, 2)
    define(lab, "batch", container={"cpu": 256, "memory": 512, "memoryReservation": 300})
    define(lab, "page", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="1024")
    name = lab.names.cluster
    lab.ecs.put_cluster_capacity_providers(
        cluster=name, capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    lab.control("advance", seconds=60)
    spread = [{"type": "spread", "field": "attribute:ecs.availability-zone"}]
    for _ in range(3):
        started = lab.ecs.run_task(
            cluster=name, taskDefinition="batch", launchType="EC2", placementStrategy=spread
        )
        assert not started["failures"]
    on_fargate(lab, "FARGATE")
    on_fargate(lab, "FARGATE_SPOT")
    lab.control("advance", seconds=120)

    cluster_layout = layout.look(lab)
    assert [(each.type, each.zone, each.status, each.connected) for each in cluster_layout.instances] == [
        ("t3.medium", "us-east-1a", "ACTIVE", True), ("t3.medium", "us-east-1b", "ACTIVE", True),
    ]  # fmt: skip
    assert sorted(len(each.tasks) for each in cluster_layout.instances) == [1, 2]
    for each in cluster_layout.instances:
        assert each.cpu - each.free_cpu == 256 * len(each.tasks) == sum(task.cpu for task in each.tasks)
        assert each.memory - each.free_memory == 300 * len(each.tasks)
        assert {task.memory for task in each.tasks} == {300}
    beside = {task.provider: task for task in cluster_layout.tasks}
    assert sorted(beside) == ["FARGATE", "FARGATE_SPOT"]
    assert all((task.cpu, task.memory, task.on_fargate) == (256, 1024, True) for task in cluster_layout.tasks)

    description = str(container_instance.draw(lab))
    assert description.startswith(f"Cluster {name}: 2 container instances, 2 tasks on Fargate\n")
    first, spot = cluster_layout.instances[0], beside["FARGATE_SPOT"]
    assert (
        f"{first.id}, t3.medium, us-east-1a: ACTIVE, agent connected; CPU: {first.free_cpu:,} of 2,048"
        in description
    )
    assert f"page:1 ({spot.id}): Fargate Spot, 256 CPU units, 1,024 MiB, RUNNING, us-east-1" in description

    lab.ecs.update_container_instances_state(
        cluster=name,
        containerInstances=lab.ecs.list_container_instances(cluster=name)["containerInstanceArns"][:1],
        status="DRAINING",
    )
    assert sorted(each.status for each in layout.look(lab).instances) == ["ACTIVE", "DRAINING"]
    for task in lab.ecs.list_tasks(cluster=name, launchType="EC2")["taskArns"]:
        lab.ecs.stop_task(cluster=name, task=task)
    ending = layout.look(lab)
    assert any(task.stopping for each in ending.instances for task in each.tasks), "they hold what they took"
    lab.control("advance", seconds=200)
    freed = layout.look(lab).instances
    assert all(each.free_cpu == each.cpu and not each.tasks for each in freed)


def test_an_empty_cluster_is_drawn_and_one_that_is_not_there_is_refused(lab):
    with pytest.raises(NotThere, match="there is no cluster"):
        container_instance.draw(lab)
    cluster.create(lab)
    assert str(container_instance.draw(lab)).endswith(
        "0 container instances, 0 tasks on Fargate\n"
        "No container instance is registered in the cluster, and none of its tasks runs."
    )
