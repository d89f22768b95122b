"""An account with a capacity provider of managed instances, and what its tasks need."""

import json

from instance_rig import HTTPD, Machines

ACCOUNT = "123456789012"
LAUNCHES = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances"
REGISTERS = "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsInfrastructureRole"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/ecsInstanceRoleManaged"
UP = 240
"""Seconds in which an instance has been launched for tasks, and they run there."""
IDLE = 700
"""Seconds in which an instance without tasks has ended, by AWS's own delay."""
DAY = 86_400


class Managed(Machines):
    """An account with the definition `web`, of a quarter of a vCPU and 512 MiB, and the roles."""

    def prepared(self):
        super().prepared()
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.iam.create_role(RoleName="ecsInfrastructureRole", AssumeRolePolicyDocument=document)
        self.iam.attach_role_policy(RoleName="ecsInfrastructureRole", PolicyArn=LAUNCHES)
        self.profile("ecsInstanceRoleManaged", REGISTERS)
        self.define("web")
        return self

    def define(self, family, cpu=256, memory=512, mode="awsvpc", **more):
        container = {"name": "web", "image": HTTPD}
        members = {"cpu": str(cpu), "memory": str(memory), "networkMode": mode} | more
        members["requiresCompatibilities"] = ["MANAGED_INSTANCES"]
        registered = self.ecs.register_task_definition(
            family=family, containerDefinitions=[container], **members
        )
        return registered["taskDefinition"]

    def settings(self, *places, requirements=None, template=None, **members):
        """What CreateCapacityProvider takes for managed instances in the subnets of these places."""
        subnets = [self.subnets[place] for place in places or (0,)]
        launched = {"ec2InstanceProfileArn": PROFILE, "networkConfiguration": {"subnets": subnets}}
        if requirements is not None:
            launched["instanceRequirements"] = requirements
        return {
            "infrastructureRoleArn": ROLE,
            "instanceLaunchTemplate": launched | (template or {}),
        } | members

    def provider(self, *places, name="machines", cluster="lab", tags=(), ready=True, **members):
        """A new provider, which is ACTIVE unless `ready` is False."""
        members = self.settings(*places, **members)
        created = self.ecs.create_capacity_provider(
            name=name, cluster=cluster, tags=list(tags), managedInstancesProvider=members
        )["capacityProvider"]
        if ready:
            self.pass_time(20)
        return created

    def update(self, *places, name="machines", cluster="lab", **members):
        """The provider as UpdateCapacityProvider answers it."""
        return self.ecs.update_capacity_provider(
            name=name, cluster=cluster, managedInstancesProvider=self.settings(*places, **members)
        )["capacityProvider"]

    def network(self, *places):
        return {"awsvpcConfiguration": {"subnets": [self.subnets[place] for place in places or (0,)]}}

    def run(self, count=1, family="web", name="machines", places=(0,), **members):
        """ARNs of tasks that have been begun on the provider."""
        strategy = [{"capacityProvider": name, "weight": 1}]
        if places:
            members["networkConfiguration"] = self.network(*places)
        answer = self.ecs.run_task(
            cluster="lab", taskDefinition=family, count=count, capacityProviderStrategy=strategy, **members
        )
        assert answer["failures"] == []
        return [task["taskArn"] for task in answer["tasks"]]

    def serve(self, count, places=(0,), name="web", **members):
        """A service on the provider."""
        wanted = {"capacityProviderStrategy": [{"capacityProvider": "machines", "weight": 1}]}
        return self.ecs.create_service(
            cluster="lab", serviceName=name, taskDefinition="web", desiredCount=count,
            networkConfiguration=self.network(*places), **wanted | members,
        )["service"]  # fmt: skip

    def stop(self, *arns):
        for arn in arns:
            self.ecs.stop_task(cluster="lab", task=arn)

    def tasks(self, arns=None):
        arns = arns or self.ecs.list_tasks(cluster="lab")["taskArns"]
        return self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"] if arns else []

    def types(self):
        """The instance types of the cluster's container instances."""
        return sorted(self.attribute(each, "ecs.instance-type") for each in self.instances())

    @staticmethod
    def attribute(instance, name):
        return next(each["value"] for each in instance["attributes"] if each["name"] == name)

    def hosts(self):
        """The EC2 instances that are not terminated."""
        states = ["pending", "running", "shutting-down", "stopping", "stopped"]
        there = [{"Name": "instance-state-name", "Values": states}]
        reservations = self.ec2.describe_instances(Filters=there)["Reservations"]
        return [instance for each in reservations for instance in each["Instances"]]

    def described(self, name="machines"):
        return self.ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"][0]
