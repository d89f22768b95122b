"""Ways around the guard that somebody may come upon: through an alarm, a policy's ARN, a strategy, a tag."""

from typing import Final

import pytest

import ecslab
from ecslab import cleanup, cluster
from ecslab.errors import NotOurs
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import Stranger, lab_on

ALARM = {
    "Namespace": "Lab", "MetricName": "queue", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A lab on an account that counts as a real one, with machines of every kind. They stay as they are."""
    home = tmp_path_factory.mktemp("attacks")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as sandbox:
        own_lab = lab_on(sandbox.place.endpoint, home / "mine")
        cluster.create(own_lab)
        calls.furnished(own_lab)
        yield own_lab


@pytest.fixture(scope="module")
def stranger(mine):
    """Has a group of one instance and its capacity provider, called `theirs`, and the service `shop/web`."""
    somebody = Stranger(mine.place.endpoint)
    calls.profile(somebody.iam, "theirs")
    calls.template(somebody.ec2, "theirs", name="theirs", profile="theirs")
    arn = calls.group(somebody._client("autoscaling"), somebody.ec2, name="theirs", template="theirs")
    calls.provider(somebody.ecs, arn, name="theirs")
    somebody.ecs.create_cluster(clusterName="shop")
    somebody.register("web")
    somebody.service("shop", "web", "web")
    return somebody


_POLICY: Final = (
    "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:11111111-2222-3333-4444-555555555555"
)


def policy_of(group):
    return f"{_POLICY}:autoScalingGroupName/{group}:policyName/p"


def of_service(cluster_name, service):
    return f"{_POLICY}:resource/ecs/service/{cluster_name}/{service}:policyName/p"


ACTS_ON = {
    "a stranger's group": ("AlarmActions", policy_of("theirs"), "Auto Scaling group theirs is not this lab"),
    "a stranger's service": ("OKActions", of_service("shop", "web"), "scalable target service/shop/web is"),
    "an instance": ("AlarmActions", "arn:aws:automate:us-east-1:ec2:terminate", "does not know how to"),
    "an instance, as of old": (
        "InsufficientDataActions",
        "arn:aws:swf:us-east-1:123456789012:action/actions/AWS_EC2.InstanceId.Stop/1.0", "does not know",
    ),
    "a function": ("AlarmActions", "arn:aws:lambda:us-east-1:123456789012:function:f", "does not know how"),
}  # fmt: skip


@pytest.mark.parametrize("whom", ACTS_ON)
def test_no_alarm_acts_on_what_is_not_ours(mine, stranger, whom):
    member, action, says = ACTS_ON[whom]
    with pytest.raises(NotOurs, match=says):
        mine.cloudwatch.put_metric_alarm(AlarmName="ours", **ALARM, **{member: [action]})
    alarms = stranger.cloudwatch.describe_alarms()["MetricAlarms"]
    assert "ours" not in [each["AlarmName"] for each in alarms]


def test_alarms_may_act_on_ours_and_tell_somebody(mine):
    topic = "arn:aws:sns:us-east-1:123456789012:pager"
    mine.cloudwatch.put_metric_alarm(AlarmName="told", **ALARM, AlarmActions=[policy_of("machines"), topic])


def test_an_alarm_that_is_called_as_if_our_group_had_it_is_not_ours(mine, stranger):
    name = "TargetTracking-machines-AlarmHigh-11111111-2222-3333-4444-555555555555"
    stranger.cloudwatch.put_metric_alarm(AlarmName=name, **ALARM, AlarmActions=[policy_of("theirs")])
    with pytest.raises(NotOurs, match="is not this lab's"):
        mine.cloudwatch.delete_alarms(AlarmNames=[name])
    stranger.cloudwatch.put_metric_alarm(AlarmName=f"{name[:-1]}6", **ALARM)
    with pytest.raises(NotOurs, match="is not this lab's"):
        mine.cloudwatch.delete_alarms(AlarmNames=[f"{name[:-1]}6"])


ELSEWHERE = {
    "a policy by its ARN": lambda lab: lab.client("autoscaling").delete_policy(
        AutoScalingGroupName="machines", PolicyName=policy_of("theirs")
    ),
    "instances behind their load balancer": lambda lab: lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="more", LaunchTemplate={"LaunchTemplateName": "machines"}, MinSize=0, MaxSize=1,
        AvailabilityZones=["us-east-1a"], LoadBalancerNames=["theirs"],  # a classic one
    ),
    "a task that makes their group grow": lambda lab: lab.ecs.run_task(
        cluster=lab.names.cluster, taskDefinition="work", capacityProviderStrategy=strategy("theirs")
    ),
    "a service that does": lambda lab: lab.ecs.create_service(
        cluster=lab.names.cluster, serviceName="s", taskDefinition="work", desiredCount=1,
        capacityProviderStrategy=strategy("machines", "theirs"),
    ),
    "a default strategy": lambda lab: lab.ecs.put_cluster_capacity_providers(
        cluster=lab.names.cluster, capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=strategy("theirs"),
    ),
    "the default strategy of a new cluster": lambda lab: lab.ecs.create_cluster(
        clusterName="another", defaultCapacityProviderStrategy=strategy("theirs")
    ),
}  # fmt: skip


def strategy(*names):
    return [{"capacityProvider": name, "weight": 1} for name in names]


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_call_on_ours_that_reaches_theirs_is_refused(mine, stranger, what):
    before = calls.everything(stranger)
    with pytest.raises(NotOurs):
        ELSEWHERE[what](mine)
    assert calls.everything(stranger) == before


OF_THE_WHOLE_ACCOUNT = [
    ("ecs", "put_account_setting", {"name": "containerInsights", "value": "enabled"}),
    ("ecs", "put_account_setting_default", {"name": "awsvpcTrunking", "value": "enabled"}),
    ("ecs", "delete_account_setting", {"name": "awsvpcTrunking"}),
    ("ecs", "put_account_setting",
     {"name": "tagResourceAuthorization", "value": "off", "principalArn": "arn:aws:iam::123456789012:root"}),
    ("ecr", "put_registry_scanning_configuration", {"scanType": "ENHANCED"}),
    ("logs", "put_resource_policy", {"policyName": "p", "policyDocument": "{}"}),
    ("ec2", "enable_ebs_encryption_by_default", {}),
    ("ec2", "modify_instance_metadata_defaults", {"HttpTokens": "required"}),
    ("ssm", "update_service_setting",
     {"SettingId": "/ssm/managed-instance/activation-tier", "SettingValue": "advanced"}),
    ("ssm", "send_command",
     {"DocumentName": "AWS-RunShellScript", "Targets": [{"Key": "tag:a", "Values": ["b"]}]}),
    ("iam", "create_account_alias", {"AccountAlias": "adgu"}),
    ("resourcegroupstaggingapi", "untag_resources",
     {"ResourceARNList": ["arn:aws:ecs:us-east-1:123456789012:cluster/theirs"], "TagKeys": ["ecslab"]}),
    ("autoscaling", "attach_load_balancer_target_groups",
     {"AutoScalingGroupName": "machines", "TargetGroupARNs": ["arn:aws:elasticloadbalancing:us-east-1:1:t"]}),
    ("autoscaling", "delete_launch_configuration", {"LaunchConfigurationName": "theirs"}),
    ("ec2", "associate_iam_instance_profile",
     {"IamInstanceProfile": {"Name": "machines"}, "InstanceId": "i-1"}),
    ("servicediscovery", "create_public_dns_namespace", {"Name": "example.com"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "given"), OF_THE_WHOLE_ACCOUNT)
def test_what_the_whole_account_has_is_nobodys_to_change(mine, service, operation, given):
    with pytest.raises(NotOurs, match="cannot tell whose it is"):
        getattr(mine.client(service), operation)(**given)


IN_EUROPE = {
    "autoscaling": ("delete_auto_scaling_group", {"AutoScalingGroupName": "machines"}),
    "servicediscovery": ("create_http_namespace", {"Name": "mesh"}),
    "ssm": ("create_activation", {"IamRole": "outside"}),
    "cloudwatch": ("put_metric_alarm", {"AlarmName": "ours", **ALARM}),
    "application-autoscaling": (
        "deregister_scalable_target",
        {"ServiceNamespace": "ecs", "ResourceId": "service/a/b",
         "ScalableDimension": "ecs:service:DesiredCount"},
    ),
    "ec2": ("delete_launch_template", {"LaunchTemplateName": "machines"}),
}  # fmt: skip


@pytest.mark.parametrize("service", IN_EUROPE)
def test_a_client_for_another_region_changes_nothing_there(mine, service):
    operation, request = IN_EUROPE[service]
    there = mine.place.session.client(service, region_name="eu-west-1")
    with pytest.raises(NotOurs, match="it would have gone to another place"):
        getattr(there, operation)(**request)


def taken_off(lab, in_group, alone, template):
    """Calls that take the lab's tag off what is the lab's, or write another's into it."""
    ec2, scaling, ssm = lab.ec2, lab.client("autoscaling"), lab.client("ssm")
    of_group = {"ResourceId": "machines", "ResourceType": "auto-scaling-group", "Key": "ecslab"}
    arn = lab.ecs.describe_clusters(clusters=[lab.names.cluster])["clusters"][0]["clusterArn"]
    activation = ssm.describe_activations()["ActivationList"][0]["ActivationId"]
    assert activation
    return {
        "DeleteTags of a group": lambda: scaling.delete_tags(Tags=[of_group]),
        "CreateOrUpdateTags of a group": lambda: scaling.create_or_update_tags(
            Tags=[{**of_group, "Value": "ben-1", "PropagateAtLaunch": True}]
        ),
        "DeleteTags of an instance": lambda: ec2.delete_tags(Resources=[alone], Tags=[{"Key": "ecslab"}]),
        "DeleteTags of all there are": lambda: ec2.delete_tags(Resources=[alone]),
        "CreateTags of a template": lambda: ec2.create_tags(
            Resources=[template], Tags=[{"Key": "ecslab", "Value": "ben-1"}]
        ),
        "UntagResource of a cluster": lambda: lab.ecs.untag_resource(
            resourceArn=arn, tagKeys=["a", "ecslab"]
        ),
        "TagResource of a cluster": lambda: lab.ecs.tag_resource(
            resourceArn=arn, tags=[{"key": "ecslab", "value": ""}]
        ),
        "UntagInstanceProfile": lambda: lab.iam.untag_instance_profile(
            InstanceProfileName="machines", TagKeys=["ecslab"]
        ),
        "CreateLogGroup of another's": lambda: lab.logs.create_log_group(
            logGroupName="g", tags={"ecslab": "ben-1"}
        ),
        "RunInstances of another's": lambda: ec2.run_instances(
            ImageId=calls.image(ssm), InstanceType="t3.micro", MinCount=1, MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "ecslab", "Value": "ben-1"}]}],
        ),
    }  # fmt: skip


def test_nobody_takes_off_the_tag_by_which_clean_up_finds_what_costs(lab, tmp_path):
    mine, stranger = lab_on(lab.place.endpoint, tmp_path / "mine"), Stranger(lab.place.endpoint)
    cluster.create(mine)
    calls.furnished(mine)
    described = stranger._client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    in_group = described[0]["InstanceId"]
    alone = next(each for each in calls.everything(stranger)["instances"] if each != in_group)
    template = calls.everything(stranger)["templates"][0]["LaunchTemplateId"]
    for what, attempt in taken_off(mine, in_group, alone, template).items():
        with pytest.raises(NotOurs, match="the tag `ecslab`") as refused:
            attempt()
        assert len(str(refused.value).splitlines()) == 3, what
    mine.ec2.create_tags(Resources=[alone], Tags=[*mine.tags("ec2"), {"Key": "a", "Value": "b"}])
    mine.ec2.delete_tags(Resources=[alone], Tags=[{"Key": "a"}])
    assert cleanup.run(mine).clean


def test_what_a_former_lab_of_the_same_names_made_is_not_ours(mine, tmp_path):
    """Another home, so another tag: as after a loss of the ledger."""
    new = lab_on(mine.place.endpoint, tmp_path / "new")
    calls.agreed(new)
    for attempt in (
        lambda: new.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName="machines"),
        lambda: new.ecs.delete_capacity_provider(capacityProvider="machines"),
        lambda: new.ec2.delete_launch_template(LaunchTemplateName="machines"),
        lambda: new.iam.delete_instance_profile(InstanceProfileName="machines"),
        lambda: new.ecs.put_cluster_capacity_providers(
            cluster=new.names.cluster, capacityProviders=[], defaultCapacityProviderStrategy=[]
        ),
    ):
        with pytest.raises(NotOurs, match=f"made by the lab '{mine.ledger.owner}'"):
            attempt()
    assert cleanup.run(new).removed == ()
