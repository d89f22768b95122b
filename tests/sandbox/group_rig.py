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

    def template_data(self, **members):
        return {
            "ImageId": f"resolve:ssm:{PARAMETER}", "InstanceType": "t3.medium",
            "IamInstanceProfile": {"Name": "ecsInstanceRole"},
            "UserData": base64.b64encode(user_data("lab").encode()).decode(),
        } | members  # fmt: skip

    def template(self, name, **members):
        """The id of a new launch template."""
        created = self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData=self.template_data(**members)
        )
        return created["LaunchTemplate"]["LaunchTemplateId"]

    def group(self, name="web", desired=1, minimum=0, maximum=6, places=(0, 1), **members):
        """The ARN of a new group, over the subnets of these places."""
        wanted = {
            "AutoScalingGroupName": name, "LaunchTemplate": {"LaunchTemplateName": "ecs"}, "MinSize": minimum,
            "MaxSize": maximum, "DesiredCapacity": desired,
            "VPCZoneIdentifier": ",".join(self.subnets[place] for place in places),
        }  # fmt: skip
        members = wanted | members
        self.asg.create_auto_scaling_group(
            **{member: value for member, value in members.items() if value is not None}
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

    def activities(self, name="web", **request):
        return self.asg.describe_scaling_activities(AutoScalingGroupName=name, **request)["Activities"]

    def settle(self):
        self.pass_time(SETTLED)
