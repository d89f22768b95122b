"""EC2 instances with the container agent, as an account has them that runs tasks on EC2."""

import json
from functools import cached_property

import pytest
from aws_client import Aws
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
BEGAN = 1_735_689_610.0
"""Epoch second: in the first minute of 2025."""
BOOT = 400
"""Seconds in which every instance has registered that can."""


def user_data(cluster, *more):
    """What the developer guide has an instance do at its first boot."""
    lines = [f"ECS_CLUSTER={cluster}", *more]
    return "\n".join(["#!/bin/bash", "cat <<'EOF' >> /etc/ecs/ecs.config", *lines, "EOF"])


class Machines(Aws):
    """An account with the instance profile `ecsInstanceRole` and the cluster `lab`."""

    subnets = ()
    ssm = cached_property(lambda self: self.client("ssm"))
    image = cached_property(lambda self: self.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])

    def prepared(self):
        """Itself, with nothing but the profile and the cluster, and always at the same moment."""
        self.endpoint.control("reset", began=BEGAN)
        self.profile("ecsInstanceRole", POLICY)
        self.ecs.create_cluster(clusterName="lab")
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        self.subnets = [each["SubnetId"] for each in self.ec2.describe_subnets(Filters=default)["Subnets"]]
        return self

    def profile(self, name, policy=None):
        """A role that EC2 may assume, in a profile of the same name."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        if policy:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)

    def launch(self, cluster="lab", *settings, data=None, profile="ecsInstanceRole", place=0, **request):
        """The id of a new EC2 instance, in the subnet of this place."""
        wanted = {
            "ImageId": self.image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1,
            "UserData": user_data(cluster, *settings) if data is None else data,
            "SubnetId": self.subnets[place],
        }  # fmt: skip
        if profile:
            wanted["IamInstanceProfile"] = {"Name": profile}
        return self.ec2.run_instances(**wanted | request)["Instances"][0]["InstanceId"]

    def pass_time(self, seconds=BOOT):
        self.endpoint.control("advance", seconds=seconds)

    def instances(self, cluster="lab", **filters):
        """The container instances of a cluster, described."""
        arns = self.ecs.list_container_instances(cluster=cluster, **filters)["containerInstanceArns"]
        return self.describe(*arns, cluster=cluster) if arns else []

    def describe(self, *references, cluster="lab", **more):
        answer = self.ecs.describe_container_instances(
            cluster=cluster, containerInstances=list(references), **more
        )
        return answer["containerInstances"]


class OnEc2(Machines):
    """An account whose tasks run on EC2."""

    def define(self, family="web", port=0, mode="bridge", memory=512, **more):
        """A task definition with one container that serves pages on port 80."""
        mapping = {"containerPort": 80} | ({"hostPort": port} if port else {})
        container = {"name": "web", "image": HTTPD, "memory": memory, "portMappings": [mapping]}
        wanted = {
            "family": family, "networkMode": mode, "requiresCompatibilities": ["EC2"],
            "containerDefinitions": [container | more.pop("container", {})],
        }  # fmt: skip
        return self.ecs.register_task_definition(**wanted | more)["taskDefinition"]

    def run(self, family="web", **more):
        return self.ecs.run_task(cluster="lab", taskDefinition=family, launchType="EC2", **more)

    def service_tasks(self):
        arns = self.ecs.list_tasks(cluster="lab", serviceName="web")["taskArns"]
        return self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"]

    def task(self, arn):
        return self.ecs.describe_tasks(cluster="lab", tasks=[arn])["tasks"][0]

    def remaining(self, name, which=0):
        resources = self.instances()[which]["remainingResources"]
        row = next(each for each in resources if each["name"] == name)
        return row["integerValue"] if row["type"] == "INTEGER" else row["stringSetValue"]

    def vpc(self, place=0):
        return {"awsvpcConfiguration": {"subnets": [self.subnets[place]]}}

    def address(self, ec2_id):
        described = self.ec2.describe_instances(InstanceIds=[ec2_id])["Reservations"][0]["Instances"][0]
        group = described["SecurityGroups"] or described["NetworkInterfaces"][0]["Groups"]
        return described["PublicIpAddress"], group[0]["GroupId"]


def accounts(rig):
    """Fixtures of a module: `account`, a sandbox of this process, and `aws`, the same prepared anew."""

    @pytest.fixture(scope="module")
    def account(tmp_path_factory):
        return rig(in_process.start(tmp_path_factory.mktemp("home"), mode="stepped", seed=7))

    @pytest.fixture
    def aws(account):
        return account.prepared()

    return account, aws


def refused(call, *names, **request):
    """Code and sentence with which a call is refused."""
    with pytest.raises(ClientError) as refusal:
        call(*names, **request)
    error = refusal.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"
