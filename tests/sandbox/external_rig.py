"""Machines outside AWS, as an account has them that runs tasks on its own hardware."""

import json

from instance_rig import BOOT, POLICY, Machines

CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class Outside(Machines):
    """An account with the role `ecsAnywhereRole` and the cluster `lab`."""

    def prepared(self):
        super().prepared()
        self.role("ecsAnywhereRole", POLICY)
        return self

    def role(self, name, *policies, trust=TRUST):
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        for policy in policies:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)

    def activation(self, **request):
        """The id and the code of a new activation."""
        created = self.ssm.create_activation(**{"IamRole": "ecsAnywhereRole", **request})
        return {"activation_id": created["ActivationId"], "activation_code": created["ActivationCode"]}

    def inject(self, kind, **values):
        return self.endpoint.control("inject", kind=kind, **values)

    def install(self, activation=None, cluster="lab", **parameters):
        """The id of a machine that runs the registration script."""
        values = {**(activation or self.activation()), "cluster": cluster, **parameters}
        return self.inject("external-instance", **values)["instance"]

    def machine(self, **parameters):
        """The container instance of a new machine, registered."""
        node = self.install(**parameters)
        self.pass_time(BOOT)
        return next(each for each in self.instances() if each["ec2InstanceId"] == node)

    def nodes(self, **request):
        """The managed nodes by id."""
        answer = self.ssm.describe_instance_information(**request)
        return {each["InstanceId"]: each for each in answer["InstanceInformationList"]}

    def define(self, family="batch", mode="bridge", **more):
        container = {
            "name": "app",
            "image": "busybox",
            "command": ["sh", "-c", "sleep 1000000"],
            "memory": 128,
        }
        registered = self.ecs.register_task_definition(
            family=family, networkMode=mode, containerDefinitions=[{**container, **more}],
            **({"cpu": "256", "memory": "512"} if mode == "awsvpc" else {}),
        )  # fmt: skip
        return registered["taskDefinition"]["taskDefinitionArn"]

    def start(self, family="batch", **more):
        return self.ecs.run_task(cluster="lab", taskDefinition=family, launchType="EXTERNAL", **more)

    def see(self, task):
        return self.ecs.describe_tasks(cluster="lab", tasks=[task["taskArn"]])["tasks"][0]
