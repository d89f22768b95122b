"""Capacity that is asked for in a way that cannot be: AWS's words, and the account is as it was."""

import tomllib
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from group_rig import Groups
from managed_rig import PROFILE, ROLE, Managed

from ecslab.sandbox import in_process

ROWS = tomllib.loads(Path(__file__).with_name("capacity_refusals.toml").read_text("utf-8"))


class Clusters(Managed, Groups):
    """Two clusters with providers of groups and of managed instances; the first has one of EC2."""

    def prepared(self):
        super().prepared()
        container = {"name": "w", "image": "httpd", "memory": 200, "cpu": 100}
        for family, size in {"work": {}, "huge": {"cpu": "4096", "memory": "8192"}}.items():
            definition = {**size, "containerDefinitions": [container], "requiresCompatibilities": ["EC2"]}
            self.ecs.register_task_definition(family=family, **definition)
        self.define("own")
        self.ecs.create_cluster(clusterName="second")
        for name, cluster in (("own", "lab"), ("other", "second")):
            self.group(name, desired=0)
            provider = {"autoScalingGroupArn": self.shown(name)["AutoScalingGroupARN"]}
            provider["managedScaling"] = {"status": "ENABLED"}
            self.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=provider)
            self.ecs.put_cluster_capacity_providers(
                cluster=cluster, capacityProviders=[name], defaultCapacityProviderStrategy=[]
            )
        self.group("gone", desired=0)
        self.asg.delete_auto_scaling_group(AutoScalingGroupName="gone")
        self.provider(cluster="second")
        self.launch()
        self.pass_time()
        self.ecs.create_service(cluster="lab", serviceName="web", taskDefinition="work", desiredCount=1)
        self.pass_time(120)
        self.registered = self.instances()[0]["containerInstanceArn"]
        return self

    def everything(self):
        """All that a call about capacity might have made or changed."""
        names = ["lab", "second"]
        include = ["ATTACHMENTS", "SETTINGS", "STATISTICS", "TAGS"]
        return {
            "clusters": self.ecs.describe_clusters(clusters=names, include=include)["clusters"],
            "tasks": [self.ecs.list_tasks(cluster=name)["taskArns"] for name in names],
            "services": self.ecs.describe_services(cluster="lab", services=["web", "a"])["services"],
            "providers": self.ecs.describe_capacity_providers()["capacityProviders"],
            "definitions": self.ecs.list_task_definitions()["taskDefinitionArns"],
            "instances": [self.instances(name) for name in names],
            "groups": self.asg.describe_auto_scaling_groups()["AutoScalingGroups"],
            "hosts": self.hosts(),
        }


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), mode="stepped", seed=7)
    return Clusters(endpoint).prepared()


def filled(recipe, aws):
    """An input with what of the account its words stand for."""
    if isinstance(recipe, dict):
        return {member: filled(value, aws) for member, value in recipe.items()}
    if isinstance(recipe, list):
        return [filled(value, aws) for value in recipe]
    words = {
        "$network": aws.network(), "$role": ROLE, "$profile": PROFILE, "$subnet": aws.subnets[0],
        "$image": aws.image, "$instance": aws.registered, "$long": "x" * 16_385,
    }  # fmt: skip
    return words.get(recipe, recipe) if isinstance(recipe, str) else recipe


@pytest.mark.parametrize("name", ROWS)
def test_it_is_refused_and_changes_nothing(aws, name):
    row, before = ROWS[name], aws.everything()
    given = filled(row["input"], aws)
    if row["operation"] == "RunInstances":
        given = {"ImageId": aws.image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1} | given
        given = {member: value for member, value in given.items() if value is not None and value != ""}
    client = aws.ec2 if row["operation"] == "RunInstances" else aws.ecs
    with pytest.raises(ClientError) as refusal:
        getattr(client, xform_name(row["operation"]))(**given)
    error = refusal.value.response["Error"]
    assert f"{error['Code']}: {error['Message']}" == row["refused"]
    assert aws.everything() == before


def test_more_cpu_than_any_instance_has(aws):
    """RunTask says of each instance why not; with a provider the task waits, and no group grows for it."""
    before = aws.everything()
    answer = aws.ecs.run_task(cluster="lab", taskDefinition="huge", launchType="EC2")
    [instance] = aws.instances()
    assert (answer["tasks"], answer["failures"]) == (
        [], [{"arn": instance["containerInstanceArn"], "reason": "RESOURCE:CPU"}],
    )  # fmt: skip
    assert aws.everything() == before
    strategy = [{"capacityProvider": "own", "weight": 1}]
    call = {"cluster": "lab", "taskDefinition": "huge", "capacityProviderStrategy": strategy}
    [task] = aws.ecs.run_task(**call)["tasks"]
    aws.pass_time(600)
    [waiting] = aws.tasks([task["taskArn"]])
    assert (waiting["lastStatus"], aws.in_service("own")) == ("PROVISIONING", [])
    aws.stop(task["taskArn"])


def test_a_type_that_does_not_exist_is_no_instance(aws):
    before = aws.everything()
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*: Invalid value 'm5.tiny' for Inst"):
        aws.launch(InstanceType="m5.tiny")
    template = {"LaunchTemplateId": aws.template("tiny", InstanceType="m5.tiny")}
    with pytest.raises(ClientError, match=r"launch template\. Invalid value 'm5.tiny' for InstanceType\.$"):
        aws.group("late", LaunchTemplate=template)
    aws.ec2.delete_launch_template(**template)
    assert aws.everything() == before


def test_the_group_of_a_provider_is_deleted(aws):
    """What waits for it waits on; nothing comes of a group that is gone, and the provider can be deleted."""
    aws.asg.delete_auto_scaling_group(AutoScalingGroupName="other", ForceDelete=True)
    strategy = [{"capacityProvider": "other", "weight": 1}]
    answer = aws.ecs.run_task(cluster="second", taskDefinition="work", capacityProviderStrategy=strategy)
    assert answer["failures"] == []
    aws.pass_time(600)
    call = {"cluster": "second", "tasks": [answer["tasks"][0]["taskArn"]]}
    assert aws.ecs.describe_tasks(**call)["tasks"][0]["lastStatus"] == "PROVISIONING"
    assert aws.instances("second") == []
    aws.ecs.stop_task(cluster="second", task=call["tasks"][0])
    aws.pass_time(60)
    aws.ecs.put_cluster_capacity_providers(
        cluster="second", capacityProviders=[], defaultCapacityProviderStrategy=[]
    )
    aws.ecs.delete_capacity_provider(capacityProvider="other")
    aws.pass_time(60)
    assert aws.described("other")["status"] == "INACTIVE"
