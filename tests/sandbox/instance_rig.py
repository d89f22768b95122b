"""EC2 instances with the container agent, as an account has them that runs tasks on EC2."""

import json
from functools import cached_property

from aws_client import Aws

PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
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
        """Itself, with nothing but the profile and the cluster."""
        self.endpoint.control("reset")
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

    def launch(self, cluster="lab", *settings, data=None, profile="ecsInstanceRole", place=0, **given):
        """The id of a new EC2 instance, in the subnet of this place."""
        wanted = {
            "ImageId": self.image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1,
            "UserData": user_data(cluster, *settings) if data is None else data,
            "SubnetId": self.subnets[place],
        }  # fmt: skip
        if profile:
            wanted["IamInstanceProfile"] = {"Name": profile}
        return self.ec2.run_instances(**wanted | given)["Instances"][0]["InstanceId"]

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
