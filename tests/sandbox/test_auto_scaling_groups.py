"""Auto Scaling groups and launch templates: instances launched, kept, replaced and ended."""

import base64
import re
import tomllib
from pathlib import Path

import pytest
from group_rig import Groups
from instance_rig import accounts, refused

account, aws = accounts(Groups)


def tags_of(aws, ec2_id):
    [reservation] = aws.ec2.describe_instances(InstanceIds=[ec2_id])["Reservations"]
    return {tag["Key"]: tag["Value"] for tag in reservation["Instances"][0]["Tags"]}


def test_a_group_launches_what_is_desired_over_its_zones(aws):
    """They register in the cluster that the template's UserData names."""
    arn = aws.group(desired=3, Tags=[{"Key": "team", "Value": "shop", "PropagateAtLaunch": True}])
    assert aws.shown()["Instances"] == []
    aws.settle()
    group, instances = aws.shown(), aws.instances()
    assert re.fullmatch(
        r"arn:aws:autoscaling:us-east-1:\d{12}:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName/web", arn
    )
    zones = sorted(each["AvailabilityZone"] for each in group["Instances"])
    assert zones == ["us-east-1a", "us-east-1a", "us-east-1b"]
    assert {each["ec2InstanceId"] for each in instances} == set(aws.in_service())
    tags = tags_of(aws, aws.in_service()[0])
    assert (tags["team"], tags["aws:autoscaling:groupName"]) == ("shop", "web")
    activity = aws.activities()[0]
    assert (activity["StatusCode"], activity["Progress"]) == ("Successful", 100)
    assert re.fullmatch(
        r"At \S+Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 3\.  At "
        r"\S+Z an instance was started in response to a difference between desired and actual capacity, "
        r"increasing the capacity from 0 to 3\.",
        activity["Cause"],
    )


def test_a_scale_in_ends_the_oldest_of_the_fullest_zone_and_spares_the_protected(aws):
    aws.group(desired=3)
    aws.settle()
    crowded = [
        each["InstanceId"] for each in aws.shown()["Instances"] if each["AvailabilityZone"] == "us-east-1a"
    ]
    protected, other = crowded
    request = {"AutoScalingGroupName": "web", "InstanceIds": [protected]}
    aws.asg.set_instance_protection(**request, ProtectedFromScaleIn=True)
    aws.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    aws.settle()
    assert other not in aws.in_service() and protected in aws.in_service()
    aws.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)
    aws.settle()
    assert aws.in_service() == [protected]
    assert [each["ec2InstanceId"] for each in aws.instances()] == [protected]
    aws.asg.set_instance_protection(**request, ProtectedFromScaleIn=False)
    aws.asg.update_auto_scaling_group(AutoScalingGroupName="web", DesiredCapacity=1)
    aws.asg.update_auto_scaling_group(AutoScalingGroupName="web", MaxSize=0)
    aws.settle()
    assert (aws.in_service(), aws.shown()["DesiredCapacity"], aws.instances()) == ([], 0, [])


@pytest.mark.parametrize("end", ["terminate_instances", "stop_instances"])
def test_an_instance_that_dies_is_replaced(aws, end):
    aws.group()
    aws.settle()
    [dead] = aws.in_service()
    getattr(aws.ec2, end)(InstanceIds=[dead])
    aws.settle()
    [other] = aws.in_service()
    causes = [each["Cause"].partition("Z ")[2] for each in aws.activities()]
    assert other != dead
    assert (
        causes[0] == "an instance was launched in response to an unhealthy instance needing to be replaced."
    )
    assert causes[1] == (
        "an instance was taken out of service in response to an EC2 health check indicating it has been "
        "terminated or stopped."
    )


def test_somebody_ends_an_instance_or_says_that_it_is_ill(aws):
    aws.group(desired=2)
    aws.settle()
    first, second = aws.in_service()
    end = aws.asg.terminate_instance_in_auto_scaling_group
    activity = end(InstanceId=first, ShouldDecrementDesiredCapacity=True)["Activity"]
    assert activity["Description"] == f"Terminating EC2 instance: {first}"
    assert activity["Cause"].endswith("in response to a user request, shrinking the capacity from 2 to 1.")
    aws.settle()
    assert (aws.in_service(), aws.shown()["DesiredCapacity"]) == ([second], 1)
    end(InstanceId=second, ShouldDecrementDesiredCapacity=False)
    aws.settle()
    [third] = aws.in_service()
    assert third not in (first, second)
    aws.asg.set_instance_health(InstanceId=third, HealthStatus="Healthy")
    aws.settle()
    assert aws.in_service() == [third]
    aws.asg.set_instance_health(InstanceId=third, HealthStatus="Unhealthy")
    [ill] = aws.asg.describe_auto_scaling_instances(InstanceIds=[third])["AutoScalingInstances"]
    assert (ill["HealthStatus"], ill["LifecycleState"]) == ("UNHEALTHY", "Terminating")
    aws.settle()
    assert third not in aws.in_service() and len(aws.in_service()) == 1


def test_new_instances_come_from_the_template_as_it_is_then(aws):
    """Versions of launch templates: DefaultVersion, `$Latest`, VersionDescription."""
    template = aws.template("own", InstanceType="t3.small")
    latest = {"LaunchTemplateId": template, "Version": "$Latest"}
    aws.group("latest", LaunchTemplate=latest)
    aws.group("default", LaunchTemplate={"LaunchTemplateName": "own"})
    aws.group(
        "fixed",
        LaunchTemplate={"LaunchTemplateName": "own", "Version": "1"},
        NewInstancesProtectedFromScaleIn=True,
    )
    aws.settle()
    larger = aws.template_data(
        InstanceType="t3.large", KeyName="own", IamInstanceProfile={"Arn": profile_arn(aws)},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "by", "Value": "template"}]}],
    )  # fmt: skip
    version = aws.ec2.create_launch_template_version(
        LaunchTemplateId=template, VersionDescription="larger", LaunchTemplateData=larger
    )["LaunchTemplateVersion"]
    assert (version["VersionNumber"], version["DefaultVersion"]) == (2, False)
    for name in ("latest", "default", "fixed"):
        aws.asg.update_auto_scaling_group(AutoScalingGroupName=name, DesiredCapacity=2)
    aws.settle()
    assert types(aws, "latest") == ["t3.large", "t3.small"]
    assert types(aws, "default") == types(aws, "fixed") == ["t3.small", "t3.small"]
    assert [each["ProtectedFromScaleIn"] for each in aws.shown("fixed")["Instances"]] == [True, True]
    aws.ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    aws.asg.set_desired_capacity(AutoScalingGroupName="default", DesiredCapacity=3)
    aws.asg.update_auto_scaling_group(
        AutoScalingGroupName="fixed", LaunchTemplate={"LaunchTemplateName": "own", "Version": "2"},
        DesiredCapacity=3, NewInstancesProtectedFromScaleIn=False,
    )  # fmt: skip
    aws.settle()
    assert types(aws, "default") == types(aws, "fixed") == ["t3.large", "t3.small", "t3.small"]
    [large] = [each for each in aws.shown("fixed")["Instances"] if each["InstanceType"] == "t3.large"]
    assert (large["LaunchTemplate"]["Version"], large["ProtectedFromScaleIn"]) == ("2", False)
    assert tags_of(aws, large["InstanceId"])["by"] == "template"
    aws.asg.set_desired_capacity(AutoScalingGroupName="latest", DesiredCapacity=1)  # the older version goes
    aws.settle()
    assert types(aws, "latest") == ["t3.large"]


def profile_arn(aws):
    return aws.iam.get_instance_profile(InstanceProfileName="ecsInstanceRole")["InstanceProfile"]["Arn"]


def types(aws, name):
    return sorted(each["InstanceType"] for each in aws.shown(name)["Instances"])


def test_what_the_template_says_of_the_network(aws):
    """SecurityGroupIds, and NetworkInterfaces with Groups and AssociatePublicIpAddress."""
    vpc = aws.ec2.describe_subnets(SubnetIds=[aws.subnets[0]])["Subnets"][0]["VpcId"]
    own = aws.ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": [own]}
    aws.template("private", NetworkInterfaces=[interface])
    aws.template("grouped", SecurityGroupIds=[own])
    for name in ("private", "grouped"):
        aws.group(name, LaunchTemplate={"LaunchTemplateName": name})
    aws.settle()
    networks = {}
    for name in ("private", "grouped"):
        [reservation] = aws.ec2.describe_instances(InstanceIds=aws.in_service(name))["Reservations"]
        instance = reservation["Instances"][0]
        networks[name] = (
            [each["GroupId"] for each in instance["SecurityGroups"]],
            "PublicIpAddress" in instance,
        )
    assert networks == {"private": ([own], False), "grouped": ([own], True)}


def test_a_launch_that_fails_says_why_and_is_tried_again(aws):
    vpc = aws.ec2.describe_subnets(SubnetIds=[aws.subnets[0]])["Subnets"][0]["VpcId"]
    gone = aws.ec2.create_security_group(GroupName="gone", Description="gone", VpcId=vpc)["GroupId"]
    aws.template("broken", SecurityGroupIds=[gone])
    aws.group(LaunchTemplate={"LaunchTemplateName": "broken"}, desired=0)
    aws.ec2.delete_security_group(GroupId=gone)
    aws.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    aws.pass_time(200)
    failed = aws.activities()
    sentence = f"The security group '{gone}' does not exist. Launching EC2 instance failed."
    assert {each["StatusCode"] for each in failed} == {"Failed"} and 2 <= len(failed) <= 4
    assert failed[0]["StatusMessage"] == sentence
    assert failed[0]["Description"] == f"Launching a new EC2 instance.  Status Reason: {sentence}"
    assert aws.shown()["Instances"] == []
    aws.asg.update_auto_scaling_group(
        AutoScalingGroupName="web", LaunchTemplate={"LaunchTemplateName": "ecs"}
    )
    aws.settle()
    assert len(aws.in_service()) == 1


def test_a_group_goes_with_its_instances_only_by_force(aws):
    aws.group()
    aws.group("empty", desired=0)
    aws.settle()
    hooks = aws.asg.describe_lifecycle_hooks(AutoScalingGroupName="web", LifecycleHookNames=["own"])
    assert hooks["LifecycleHooks"] == []
    assert refused(aws.asg.delete_auto_scaling_group, AutoScalingGroupName="web") == (
        "ResourceInUse: You cannot delete an AutoScalingGroup while there are instances or pending Spot "
        "instance request(s) still in the group."
    )
    aws.asg.delete_auto_scaling_group(AutoScalingGroupName="empty")
    assert aws.shown("empty") is None
    aws.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    assert aws.shown()["Status"] == "Delete in progress"
    changing = {"AutoScalingGroupName": "web", "DesiredCapacity": 0}
    assert refused(aws.asg.set_desired_capacity, **changing).startswith("ScalingActivityInProgress: ")
    aws.settle()
    assert aws.shown() is None and aws.instances() == []
    assert refused(aws.asg.describe_scaling_activities, AutoScalingGroupName="web").startswith(
        "ValidationError: "
    )
    activities = aws.activities(IncludeDeletedGroups=True)
    assert [each["Description"].partition(":")[0] for each in activities] == [
        "Terminating EC2 instance", "Launching a new EC2 instance",
    ]  # fmt: skip


def test_lists_by_name_tag_and_page(aws):
    for number in range(3):
        tags = [{"Key": "number", "Value": str(number)}, {"Key": "even", "Value": ""}][
            : 1 if number % 2 else 2
        ]
        aws.group(f"group-{number}", desired=0, Tags=tags, places=(number,))

    def names(**request):
        return [
            each["AutoScalingGroupName"]
            for each in aws.asg.describe_auto_scaling_groups(**request)["AutoScalingGroups"]
        ]

    assert names() == ["group-0", "group-1", "group-2"]
    assert names(AutoScalingGroupNames=["group-1", "nobody"]) == ["group-1"]
    assert names(Filters=[{"Name": "tag:number", "Values": ["0", "1"]}]) == ["group-0", "group-1"]
    assert names(Filters=[{"Name": "tag-key", "Values": ["even"]}]) == ["group-0", "group-2"]
    assert names(Filters=[{"Name": "tag-value", "Values": ["1"]}]) == ["group-1"]
    page = aws.asg.describe_auto_scaling_groups(MaxRecords=2)
    assert names(NextToken=page["NextToken"]) == ["group-2"]
    assert (
        refused(aws.asg.describe_auto_scaling_groups, NextToken="x")
        == "InvalidNextToken: The token is not valid."
    )
    aws.asg.set_desired_capacity(AutoScalingGroupName="group-0", DesiredCapacity=1)
    aws.settle()
    [bare] = aws.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["group-0"], IncludeInstances=False)[
        "AutoScalingGroups"
    ]
    assert bare["Instances"] == [] and len(aws.in_service("group-0")) == 1
    ids = [each["ActivityId"] for each in aws.activities("group-0")]
    assert [each["ActivityId"] for each in aws.activities("group-0", ActivityIds=ids[:1])] == ids[:1]
    assert aws.activities("group-0", ActivityIds=["other"]) == []


def test_tags_of_groups(aws):
    aws.group(desired=0)
    own = {"ResourceId": "web", "ResourceType": "auto-scaling-group"}
    aws.asg.create_or_update_tags(Tags=[
        {**own, "Key": "a", "Value": "1", "PropagateAtLaunch": True}, {**own, "Key": "b", "Value": "2"},
    ])  # fmt: skip
    assert [(each["Key"], each["Value"], each["PropagateAtLaunch"]) for each in aws.shown()["Tags"]] == [
        ("a", "1", True), ("b", "2", False),
    ]  # fmt: skip

    def keys(**filters):
        api_filters = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
        return [each["Key"] for each in aws.asg.describe_tags(Filters=api_filters)["Tags"]]

    assert keys(auto_scaling_group="web") == ["a", "b"]
    assert keys(propagate_at_launch="true") == keys(value="1") == ["a"]
    aws.asg.delete_tags(Tags=[{**own, "Key": "a", "Value": "other"}, {**own, "Key": "b"}])
    assert keys(key="a") == ["a"] and keys(key="b") == []
    assert refused(aws.asg.create_or_update_tags, Tags=[{**own, "ResourceId": "nobody", "Key": "a"}]) == (
        "ValidationError: AutoScalingGroup name not found - AutoScalingGroup 'nobody' not found"
    )
    assert refused(aws.asg.create_or_update_tags, Tags=[{**own, "ResourceType": "instance", "Key": "a"}]) == (
        "ValidationError: The resource type instance is invalid: it is auto-scaling-group."
    )


BAD_GROUPS = tomllib.loads(Path(__file__).with_name("group_refusals.toml").read_text("utf-8"))


def test_what_a_group_cannot_be_is_refused_and_nothing_is_made(aws):
    """Bounds such as MinSize and MaxSize, places such as VPCZoneIdentifier, templates: their ImageId too."""
    aws.template("huge", InstanceType="t3.huge")
    aws.template("blank", ImageId="ami-00000000000000000")
    aws.template("profiled", IamInstanceProfile={"Name": "nobody"})
    aws.template("armed", InstanceType="t4g.medium")
    aws.template("strange", SecurityGroupIds=["sg-0"])
    aws.template("twice", SecurityGroupIds=["sg-0"], NetworkInterfaces=[{"DeviceIndex": 0}])
    aws.template("long", UserData=base64.b64encode(bytes(16_385)).decode())
    refusals = {}
    for name, row in BAD_GROUPS.items():
        left_out = {row["without"]: None} if "without" in row else {}
        refusals[name] = refused(aws.group, **left_out, **row.get("input", {}))
    assert refusals == {name: f"ValidationError: {row['sentence']}" for name, row in BAD_GROUPS.items()}
    assert aws.asg.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    aws.group(desired=1, minimum=1, maximum=2)
    assert refused(aws.group) == "AlreadyExists: AutoScalingGroup by this name already exists"
    for wanted, sentence in ((3, "3 is above max value 2"), (0, "0 is below min value 1")):
        assert refused(aws.asg.set_desired_capacity, AutoScalingGroupName="web", DesiredCapacity=wanted) == (
            f"ValidationError: New SetDesiredCapacity value {sentence} for the AutoScalingGroup."
        )
    aws.settle()
    [only] = aws.in_service()
    end = {"InstanceId": only, "ShouldDecrementDesiredCapacity": True}
    assert refused(aws.asg.terminate_instance_in_auto_scaling_group, **end) == (
        "ValidationError: Currently, desiredSize equals minSize (1). Terminating instance without "
        "replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
        "flag to false or lower group's min size."
    )
    strange = {"AutoScalingGroupName": "web", "InstanceIds": [only, "i-0"], "ProtectedFromScaleIn": True}
    assert refused(aws.asg.set_instance_protection, **strange) == (
        "ValidationError: The instance i-0 is not part of Auto Scaling group web."
    )
    assert aws.shown()["Instances"][0]["ProtectedFromScaleIn"] is False
    assert refused(aws.asg.set_instance_health, InstanceId="i-0", HealthStatus="Unhealthy") == (
        "ValidationError: Instance Id not found - No managed instance found for instance ID: i-0"
    )


def test_zones_alone_stand_for_the_default_subnets(aws):
    aws.group(VPCZoneIdentifier=None, AvailabilityZones=["us-east-1b"])
    aws.settle()
    assert aws.shown()["AvailabilityZones"] == ["us-east-1b"]
    assert aws.shown()["VPCZoneIdentifier"] == aws.subnets[1]
    aws.asg.update_auto_scaling_group(AutoScalingGroupName="web", VPCZoneIdentifier=aws.subnets[0], MinSize=2)
    aws.settle()
    zones = [each["AvailabilityZone"] for each in aws.shown()["Instances"]]
    assert sorted(zones) == ["us-east-1a", "us-east-1b"]
    aws.asg.update_auto_scaling_group(AutoScalingGroupName="web", AvailabilityZones=["us-east-1c"])
    assert aws.shown()["AvailabilityZones"] == ["us-east-1c"]


def test_launch_templates_are_listed_by_name_id_and_version(aws):
    template = aws.template("second", InstanceType="t3.small")
    described = aws.ec2.describe_launch_templates
    names = [each["LaunchTemplateName"] for each in described()["LaunchTemplates"]]
    assert names == ["ecs", "second"]
    assert (
        described(LaunchTemplateIds=[template])["LaunchTemplates"]
        == described(LaunchTemplateNames=["second"])["LaunchTemplates"]
    )
    request = {
        "LaunchTemplateName": "second",
        "LaunchTemplateData": aws.template_data(InstanceType="t3.large"),
    }
    aws.ec2.create_launch_template_version(**request)

    def versions(**more):
        described = aws.ec2.describe_launch_template_versions(**more)["LaunchTemplateVersions"]
        return [(each["VersionNumber"], each["LaunchTemplateData"]["InstanceType"]) for each in described]

    by_id = {"LaunchTemplateId": template}
    assert versions(**by_id) == versions(LaunchTemplateName="second") == [(1, "t3.small"), (2, "t3.large")]
    assert versions(**by_id, Versions=["$Latest"]) == versions(**by_id, MinVersion="2") == [(2, "t3.large")]
    assert versions(**by_id, MaxVersion="1") == versions(**by_id, Versions=["1"]) == [(1, "t3.small")]
    assert refused(aws.ec2.delete_launch_template, LaunchTemplateName="nobody").startswith(
        "InvalidLaunchTemplateName.NotFoundException: "
    )
    aws.ec2.delete_launch_template(LaunchTemplateId=template)
    aws.ec2.delete_launch_template(LaunchTemplateName="ecs")
    assert described()["LaunchTemplates"] == []


def test_groups_come_back_as_they_were(on_disk):
    def described(aws):
        return aws.shown(), aws.activities(), sorted(each["ec2InstanceId"] for each in aws.instances())

    aws = on_disk(Groups).prepared()
    aws.group(desired=2)
    aws.settle()
    aws.ec2.terminate_instances(InstanceIds=aws.in_service()[:1])
    aws.pass_time(100)
    before = described(aws)
    again = on_disk(Groups)
    assert described(again) == before
    again.settle()
    assert len(again.in_service()) == 2
