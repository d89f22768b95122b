"""The lesson's launch template, Auto Scaling group and capacity provider: are they as the lesson asks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.resources import cluster as clusters
from ecslab.resources import container_instance, instance_group
from ecslab.resources.instance_group import GROUP, IMAGE, TYPE
from ecslab.resources.instance_group.instance_profile import POLICY

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import LaunchTemplateVersionTypeDef, ResponseLaunchTemplateDataTypeDef

FARGATE = ("FARGATE", "FARGATE_SPOT")


def template(lab: Connection) -> Verdict:
    """The launch template names an image with the agent, a profile for it, and the cluster."""
    name = lab.name(GROUP)
    shown = instance_group.template(lab, name)
    if not shown:
        return not_yet(f"There is no launch template `{name}`.")
    data = shown["LaunchTemplateData"]
    if "/ecs/optimized-ami/" not in data.get("ImageId", ""):
        return verdicts.wrong("11.template-image", name=name, image=data.get("ImageId", "none"), wanted=IMAGE)
    if data.get("InstanceType") != TYPE:
        return verdicts.wrong(
            "11.template-type", name=name, type=data.get("InstanceType", "none"), wanted=TYPE
        )
    return (
        _profile(lab, name, data)
        or _cluster(lab, name, shown)
        or verdicts.done("11.template-there", name=name, cluster=lab.names.cluster)
    )


def _profile(lab: Connection, name: str, data: ResponseLaunchTemplateDataTypeDef) -> Verdict | None:
    """Whether the instances of a template may not register."""
    given = data.get("IamInstanceProfile", {})
    profile = given.get("Name") or given.get("Arn", "").rpartition("/")[2]
    if not profile:
        return verdicts.wrong("11.template-no-profile", name=name)
    shown = or_none_if_missing(lab.iam.get_instance_profile, InstanceProfileName=profile)
    if not shown or not shown["InstanceProfile"]["Roles"]:
        return verdicts.wrong("11.template-profile-gone", name=name, profile=profile)
    role = shown["InstanceProfile"]["Roles"][0]["RoleName"]
    attached = lab.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    if POLICY not in [each["PolicyArn"] for each in attached]:
        return verdicts.wrong("11.template-role-powerless", role=role, policy=POLICY.rpartition("/")[2])
    return None


def _cluster(lab: Connection, name: str, shown: LaunchTemplateVersionTypeDef) -> Verdict | None:
    wanted, given = lab.names.cluster, instance_group.cluster_in(shown)
    if not given:
        return verdicts.wrong("11.template-no-cluster", name=name, wanted=wanted)
    if given != wanted:
        return verdicts.wrong("11.template-other-cluster", name=name, given=given, wanted=wanted)
    return None


def group(lab: Connection) -> Verdict:
    """The Auto Scaling group keeps instances of that template, and they are container instances."""
    name = lab.name(GROUP)
    shown = instance_group.group(lab, name)
    if not shown:
        return not_yet(f"There is no Auto Scaling group `{name}`.")
    if shown.get("Status"):
        return not_yet(f"`{name}` is being deleted.")
    used = shown.get("LaunchTemplate", {}).get("LaunchTemplateName", "")
    if used != name:
        return verdicts.wrong("11.group-template", name=name, used=used or "none")
    if shown["MaxSize"] < 2:
        return verdicts.wrong("11.group-most", name=name, most=shown["MaxSize"])
    if len(shown["AvailabilityZones"]) < 2:
        return verdicts.wrong("11.group-one-zone", name=name, zone=shown["AvailabilityZones"][0])
    if shown["DesiredCapacity"] == 0 and not _managed(lab, name):
        return verdicts.wrong("11.group-empty", name=name)
    return _registered(lab, name, {each["InstanceId"] for each in shown["Instances"]})


def _managed(lab: Connection, name: str) -> bool:
    """Whether a capacity provider changes the group's desired capacity."""
    shown = instance_group.provider(lab, name)
    return shown is not None and shown["autoScalingGroupProvider"]["managedScaling"]["status"] == "ENABLED"


def _registered(lab: Connection, name: str, launched: set[str]) -> Verdict:
    known = [each for each in container_instance.of_cluster(lab) if each["ec2InstanceId"] in launched]
    silent = [each for each in known if not each["agentConnected"]]
    if silent:
        return verdicts.wrong("11.group-agent", instance=silent[0]["ec2InstanceId"])
    if known:
        return verdicts.done("11.group-there", name=name, count=len(known), cluster=lab.names.cluster)
    shown = instance_group.template(lab, name)
    given = instance_group.cluster_in(shown) if shown else ""
    if launched and given != lab.names.cluster:
        return verdicts.wrong(
            "11.group-never", name=name, given=given or "no cluster", wanted=lab.names.cluster
        )
    return not_yet(f"No instance of `{name}` has registered yet: they boot.")


def provider(lab: Connection) -> Verdict:
    """A capacity provider scales the group, and the cluster has it beside both of Fargate."""
    name = lab.name(GROUP)
    shown = instance_group.provider(lab, name)
    if not shown:
        return not_yet(f"There is no capacity provider `{name}`.")
    settings = shown["autoScalingGroupProvider"]
    of = settings["autoScalingGroupArn"].rpartition("/")[2]
    if of != name:
        return verdicts.wrong("11.provider-group", name=name, of=of)
    scaling = settings["managedScaling"]
    if scaling["status"] != "ENABLED":
        return verdicts.wrong("11.provider-unmanaged", name=name)
    if scaling["targetCapacity"] != 100:
        return verdicts.wrong("11.provider-target", name=name, target=scaling["targetCapacity"])
    cluster = clusters.find(lab)
    associated = cluster["capacityProviders"] if cluster else []
    if name not in associated:
        return verdicts.wrong("11.provider-alone", name=name, cluster=lab.names.cluster)
    if missing := [each for each in FARGATE if each not in associated]:
        return verdicts.wrong("11.provider-replaced", cluster=lab.names.cluster, missing=missing[0])
    return verdicts.done("11.provider-there", name=name, cluster=lab.names.cluster)
