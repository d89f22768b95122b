"""A patch of managed instances comes when a learner says so, in the sandbox alone."""

import json

import pytest

from ecslab import cluster, managed_instances
from ecslab.errors import CannotBeDone, SandboxOnly

LAUNCHES = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances"
REGISTERS = "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances"


def role(lab, name, service, policy):
    """The ARN of a new role that a service may assume."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role_arn = lab.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    lab.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return role_arn


@pytest.fixture
def running(lab):
    """A lab with one task on one managed instance."""
    cluster.create(lab)
    role(lab, "ecsInstanceRole", "ec2.amazonaws.com", REGISTERS)
    profile = lab.iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")["InstanceProfile"]["Arn"]
    lab.iam.add_role_to_instance_profile(InstanceProfileName="ecsInstanceRole", RoleName="ecsInstanceRole")
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = [lab.ec2.describe_subnets(Filters=default)["Subnets"][0]["SubnetId"]]
    lab.ecs.create_capacity_provider(
        name="machines",
        cluster=lab.names.cluster,
        managedInstancesProvider={
            "infrastructureRoleArn": role(lab, "ecsInfrastructureRole", "ecs.amazonaws.com", LAUNCHES),
            "instanceLaunchTemplate": {
                "ec2InstanceProfileArn": profile, "networkConfiguration": {"subnets": subnets},
            },
        },
    )  # fmt: skip
    lab.control("advance", seconds=30)
    image = "public.ecr.aws/docker/library/httpd:2.4"
    lab.ecs.register_task_definition(
        family="work", networkMode="awsvpc", cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": image}],
    )  # fmt: skip
    lab.ecs.run_task(
        cluster=lab.names.cluster,
        taskDefinition="work",
        capacityProviderStrategy=[{"capacityProvider": "machines", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
    )
    lab.control("advance", seconds=240)
    return lab


def test_a_patch_day_comes(running):
    [arn] = running.ecs.list_container_instances(cluster=running.names.cluster)["containerInstanceArns"]
    call = {"cluster": running.names.cluster, "containerInstances": [arn]}
    [instance] = running.ecs.describe_container_instances(**call)["containerInstances"]
    assert managed_instances.patch(running, instance) == [instance["ec2InstanceId"]]
    [instance] = running.ecs.describe_container_instances(**call)["containerInstances"]
    assert instance["status"] == "DRAINING"
    assert managed_instances.patch(running) == []
    with pytest.raises(CannotBeDone, match="no managed instance nobody is registered here"):
        managed_instances.patch(running, "nobody")


def test_on_a_real_account_aws_decides(lab, monkeypatch):
    monkeypatch.setattr(lab, "where", "aws")
    with pytest.raises(SandboxOnly, match=r"managed_instances\.patch"):
        managed_instances.patch(lab)
