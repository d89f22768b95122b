"""Auto Scaling groups of instances with the container agent."""

import base64
from functools import cached_property

from instance_rig import PARAMETER, Machines, user_data

SETTLED = 600
"""Seconds in which a group has done what it does, and its instances have registered or gone."""


class Groups(Machines):
    """An account with the launch template `ecs`, whose instances register in the cluster `lab`."""

    asg = cached_property(lambda self: self.client("autoscaling"))

    def prepared(self):
        super().prepared()
        self.template("ecs")
        return self

    def template_data(self, **given):
        return {
            "ImageId": f"resolve:ssm:{PARAMETER}", "InstanceType": "t3.medium",
            "IamInstanceProfile": {"Name": "ecsInstanceRole"},
            "UserData": base64.b64encode(user_data("lab").encode()).decode(),
        } | given  # fmt: skip

    def template(self, name, **given):
        """The id of a new launch template."""
        created = self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData=self.template_data(**given)
        )
        return created["LaunchTemplate"]["LaunchTemplateId"]

    def group(self, name="web", desired=1, minimum=0, maximum=6, places=(0, 1), **given):
        """The ARN of a new group, over the subnets of these places."""
        wanted = {
            "AutoScalingGroupName": name, "LaunchTemplate": {"LaunchTemplateName": "ecs"}, "MinSize": minimum,
            "MaxSize": maximum, "DesiredCapacity": desired,
            "VPCZoneIdentifier": ",".join(self.subnets[place] for place in places),
        }  # fmt: skip
        given = wanted | given
        self.asg.create_auto_scaling_group(
            **{member: value for member, value in given.items() if value is not None}
        )
        return self.shown(name)["AutoScalingGroupARN"]

    def shown(self, name="web"):
        """A group, described; None if there is none."""
        groups = self.asg.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return groups[0] if groups else None

    def in_service(self, name="web"):
        """Ids of a group's instances that are in service."""
        return [
            each["InstanceId"]
            for each in self.shown(name)["Instances"]
            if each["LifecycleState"] == "InService"
        ]

    def activities(self, name="web", **given):
        return self.asg.describe_scaling_activities(AutoScalingGroupName=name, **given)["Activities"]

    def settle(self):
        self.pass_time(SETTLED)
